import { afterAll, beforeAll, expect, it } from 'vitest';
import { newKeyPair } from '../../../pkg/repository/encryption/encryption.ts';
import { eventually } from '../../support/ports.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

it('the status says of the newest snapshot that it is plain until one is encrypted', async () => {
  const target = async (): Promise<unknown> => (await service.call('GET', '/status')).json.target;
  const shows = (wanted: object): Promise<unknown> =>
    eventually('the state of encryption', async () => {
      const shown = await target();
      return Object.entries(wanted).every(([name, value]) => (shown as Record<string, unknown>)[name] === value);
    });
  const backup = async (): Promise<void> => {
    await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  };
  await backup();
  await shows({ encrypted: false, newestEncrypted: false });
  const { recipient } = await newKeyPair();
  const saved = await service.call('PUT', '/settings', { values: { encryption: { recipients: [recipient] } } });
  expect(saved.status).toBe(200);
  await shows({ encrypted: true, newestEncrypted: false });
  await backup();
  await shows({ encrypted: true, newestEncrypted: true });
});
