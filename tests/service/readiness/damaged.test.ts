import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1, v2Share: 0 });
  directory = await temporaryDirectory();
  service = await startService({ grafanaUrl: grafana.url, directory: directory.path });
});
afterAll(async () => {
  await service?.stop();
  await Promise.all([grafana?.close(), directory?.remove()]);
});

async function run(kind: string): Promise<unknown> {
  return (await service.ended((await service.call('POST', '/runs', { kind })).json.id))['status'];
}

/** The sample of the alert on damage. */
async function verifySuccess(): Promise<string | undefined> {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return /^dashkeep_verify_success (.*)$/m.exec(text)?.[1];
}

/** Codes of the status' warnings. */
async function warned(): Promise<(string | undefined)[]> {
  const { warnings } = (await service.call('GET', '/status')).json as { warnings: { why?: { code: string } }[] };
  return warnings.map(({ why }) => why?.code);
}

it('keeps saying that a verification found damage, also after a restart and without its journal', async () => {
  expect(await run('backup')).toBe('complete');
  const objects = join(directory.path, 'target', 'objects');
  await rm(join(objects, (await readdir(objects))[0] as string), { recursive: true });
  expect(await run('verify')).toBe('failed');
  expect(await verifySuccess()).toBe('0');
  expect(await warned()).toContain('stored-damaged');

  await service.stop();
  // Sixty later runs displace it.
  await rm(join(directory.path, 'state', 'runs.json'));
  service = await startService({ grafanaUrl: grafana.url, directory: directory.path });
  await eventually('the alert', async () => (await verifySuccess()) === '0');
  expect((await service.call('GET', '/status')).json.lastVerify).toMatchObject({ status: 'failed', problems: 1 });
  expect(await warned()).toContain('stored-damaged');

  // The next backup stores what is missing again.
  expect(await run('backup')).toBe('complete');
  expect(await run('verify')).toBe('complete');
  expect(await verifySuccess()).toBe('1');
  expect(await warned()).not.toContain('stored-damaged');
});
