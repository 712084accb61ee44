import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { tokenCredentials } from '../../pkg/grafana/http/credentials.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { openTestStore } from '../support/s3/open-store.ts';
import { startS3Server } from '../support/s3/server.ts';

const MANY = 30;
const warnings: string[] = [];
const note = (warning: Error): number => warnings.push(warning.name);

afterEach(() => {
  process.off('warning', note);
});

/** What Node warns of while many of these calls share one signal that nothing prepared for it. */
async function warningsOf(ask: (signal: AbortSignal) => Promise<unknown>): Promise<string[]> {
  warnings.length = 0;
  process.on('warning', note);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: MANY }, () => ask(signal)));
  await nextTurn();
  return warnings;
}

it('many requests to Grafana with one signal are no leak', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const token = grafana.token();
  const client = GrafanaClient.open({
    url: grafana.url,
    credentials: tokenCredentials(async () => token),
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
  });
  expect(await warningsOf((signal) => client.get('/api/org', { signal }))).toEqual([]);
  await client.close();
  await grafana.close();
});

it.each(['required', 'supported'] as const)(
  'many requests to a bucket are no leak, checksums %s',
  async (checksums) => {
    const server = await startS3Server();
    const store = await openTestStore(server, { s3: { checksums } });
    expect(await warningsOf((signal) => store.put('a', Buffer.from('x'), { signal }))).toEqual([]);
    expect(await warningsOf((signal) => store.head('a', { signal }))).toEqual([]);
    await store.close();
    await server.close();
  },
);
