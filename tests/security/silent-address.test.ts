import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { depth } from '../support/budget.ts';

/** An admin points the target and the webhook at a host that accepts connections and never responds. */
let grafana: Simulator;
let silent: Server;
let service: TestService;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_TARGET: undefined } });
});
afterAll(async () => {
  await service?.stop();
  silent?.close();
  await grafana?.close();
  await removeDirectory(service.directory);
});

it.runIf(depth() === 'all')('holds up a check or a test for less than half a minute', { timeout: 60_000 }, async () => {
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const { target } = (await service.call('GET', '/settings')).json.values;
  const candidate = {
    values: { target: { ...target, url: 's3://bucket/prefix', preset: 'other', endpoint: url, region: 'eu-west-1' } },
    secrets: { s3AccessKeyId: 'AKIAEXAMPLE', s3SecretAccessKey: 'secret' },
  };
  const [checked, tested] = await Promise.all([
    service.call('POST', '/settings/check', candidate),
    service.call('POST', '/notifications/test', { secrets: { webhookUrl: `${url}/hook` } }),
  ]);
  expect([checked.status, checked.json.ok]).toEqual([200, false]);
  expect(checked.json.steps).toContainEqual(expect.objectContaining({ code: 'DK_STORE_TIMEOUT' }));
  expect(tested.json).toMatchObject({ delivered: false });
  expect(tested.json.milliseconds).toBeLessThan(15_000);
});
