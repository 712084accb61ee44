import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { tokenCredentials } from '../../pkg/grafana/http/credentials.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { realClock, realRandomness } from '../support/ports.ts';

let grafana: Simulator | undefined;

afterEach(() => grafana?.close());

/** A client that waits for Grafana for an hour, with what its outage says. */
async function patientClient(): Promise<{ client: GrafanaClient; waits: boolean[]; waiting: Promise<unknown> }> {
  grafana = await startGrafana({ profile: '12.4' });
  const token = grafana.token();
  const begun = new EventTarget();
  const waits: boolean[] = [];
  const client = GrafanaClient.open({
    url: grafana.url,
    credentials: tokenCredentials(async () => token),
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
    wait: 3_600_000,
  });
  client.waitOutRestarts({
    signal: new AbortController().signal,
    onWait: (now) => {
      waits.push(now);
      begun.dispatchEvent(new Event('wait'));
    },
  });
  return { client, waits, waiting: once(begun, 'wait') };
}

it('does not wait for a Grafana that it can no longer ask', async () => {
  const { client, waits } = await patientClient();
  await client.close();
  await expect(client.get('/api/org')).rejects.toThrow('the connections to Grafana are closed');
  expect(waits).toEqual([]);
});

it('stops waiting for Grafana when it is closed', async () => {
  const { client, waits, waiting } = await patientClient();
  grafana?.setFaults({ match: /./, action: { kind: 'cut' } });
  const asked = expect(client.get('/api/org')).rejects.toThrow('the connections to Grafana are closed');
  await waiting;
  await client.close();
  await asked;
  expect(waits).toEqual([true, false]);
});
