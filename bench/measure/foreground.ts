import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** Time between two requests of the user, in milliseconds. */
const EVERY_MS = 50;

/**
 * Somebody who uses Grafana meanwhile: one request every 50 ms, whether or not the last one was answered, going round
 * these paths. Gives the times until each answer was there, in milliseconds.
 */
export async function foreground<T>(
  url: string,
  token: string,
  paths: readonly string[],
  meanwhile: () => Promise<T>,
): Promise<{ result: T; times: number[] }> {
  const agent = new Agent({ connections: 32 });
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  const ask = async (path: string): Promise<void> => {
    const started = performance.now();
    const answer = await request(url + path, { headers: { authorization: `Bearer ${token}` }, dispatcher: agent });
    await answer.body.text();
    times.push(performance.now() - started);
  };
  let over = false;
  const asking = (async () => {
    for (let index = 0; !over; index++) {
      asked.push(ask(paths[index % paths.length] ?? '/api/health'));
      await wait(EVERY_MS);
    }
  })();
  try {
    const result = await meanwhile();
    return { result, times };
  } finally {
    over = true;
    await asking;
    await Promise.all(asked);
    await agent.close();
  }
}
