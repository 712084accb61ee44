import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { eventually } from '../support/ports.ts';
import { startService, type TestService } from '../support/service.ts';

/*
 * Someone who can write to the bucket damages it, waits until a verification has found that, and adds records of later
 * verifications without problems. The service keeps warning, also where it has to ask the bucket.
 */

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

async function run(kind: string): Promise<string> {
  const { id } = (await service.call('POST', '/runs', { kind })).json;
  await service.ended(id);
  return id;
}

it('a hundred made-up verifications do not hide that one found damage', async () => {
  await run('backup');
  const target = join(directory.path, 'target');
  const objects = join(target, 'objects');
  await rm(join(objects, (await readdir(objects))[0] as string), { recursive: true });
  const id = await run('verify');
  await service.stop();

  const names = await readdir(join(target, 'runs'), { recursive: true });
  const file = join(target, 'runs', names.find((name) => basename(name).startsWith(id)) ?? '');
  const record = JSON.parse(await readFile(file, 'utf8'));
  for (let number = 0; number < 120; number++) {
    const forged = `${id.slice(0, -8)}f${String(number).padStart(7, '0')}`;
    const body = { ...record, id: forged, status: 'complete', errors: [], warnings: [], problems: 0, counts: {} };
    await writeFile(join(dirname(file), basename(file).replace(id, forged)), JSON.stringify(body));
  }
  await rm(join(directory.path, 'state', 'runs.json'));
  service = await startService({ grafanaUrl: grafana.url, directory: directory.path });
  await eventually('the alert', async () => {
    const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
    return /^dashkeep_verify_success 0$/m.test(text);
  });
  expect((await service.call('GET', '/status')).json.lastVerify).toMatchObject({ id, status: 'failed' });
});
