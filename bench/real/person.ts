import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '../measure/statistics.ts';
import type { RealGrafana } from './grafana.ts';

/** Time between two dashboards that people open, in milliseconds. */
const EVERY_MS = 100;

export interface Watched<T> {
  result: T;
  /** The 95th percentile of a dashboard's load time, in milliseconds. */
  p95: number;
  /** How many dashboards were asked for. */
  requests: number;
}

/** Opens one dashboard after the other, whether or not the last one is there, as long as the work takes. */
export async function whilePeopleRead<T>(
  grafana: RealGrafana,
  uids: readonly string[],
  work: () => Promise<T>,
): Promise<Watched<T>> {
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  let over = false;
  const ask = async (uid: string): Promise<void> => {
    const started = performance.now();
    await grafana.ask('GET', `/api/dashboards/uid/${uid}`);
    times.push(performance.now() - started);
  };
  const people = (async () => {
    // A prime step, so that dashboards come in no order that Grafana has them in.
    for (let index = 0; !over; index++) {
      asked.push(ask(uids[(index * 7919) % uids.length] ?? ''));
      await wait(EVERY_MS);
    }
  })();
  try {
    const result = await work();
    over = true;
    await people;
    await Promise.all(asked);
    return { result, p95: percentile(times, 0.95), requests: asked.length };
  } finally {
    over = true;
  }
}
