import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { basicCredentials } from '../../pkg/grafana/http/credentials.ts';
import { serverClient } from '../../pkg/operations/grafana.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { realRandomness } from '../support/ports.ts';
import { freePort } from '../support/servers/listening.ts';

let grafana: Simulator;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
});
afterEach(() => grafana.close());

/** What is logged about an admin with this password. */
async function warned(url: string, password: string): Promise<{ reason?: string; message: string }[]> {
  const logged: { reason?: string; message: string }[] = [];
  const secret = (value: string) => () => Promise.resolve(value);
  const credentials = basicCredentials(secret('admin'), secret(password));
  const link = {
    ...{ url, credentials: () => credentials, orgCredentials: () => new Map(), serverAdmin: () => credentials },
    ...{ clock: hastyClock, randomness: realRandomness },
    log: { ...silentLog, warn: (fields: object, message: string) => void logged.push({ ...fields, message }) },
  };
  const client = await serverClient(link, new AbortController().signal);
  expect(client).toBeUndefined();
  return logged;
}

it('blames the admin only for what Grafana answers', async () => {
  const refused = await warned(grafana.url, 'another');
  expect(refused).toMatchObject([{ message: 'Grafana did not accept the admin configured in the deployment' }]);

  const address = `127.0.0.1:${await freePort()}`;
  const away = await warned(`http://${address}`, 'admin');
  expect(away).toMatchObject([{ reason: expect.stringContaining(`${address} refuses connections (ECONNREFUSED)`) }]);
  expect(away[0]?.message).not.toContain('did not accept');
});
