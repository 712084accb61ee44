import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { startService, type TestService } from '../support/service.ts';

/*
 * Anyone who can write to the bucket gives the repository of a connection the ID of another one, so that what is signed
 * in one counts in the other: an undo in production's name would delete resources of stage.
 */

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let service: TestService | undefined;
let environment: Record<string, string>;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await temporaryDirectory();
  environment = {
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
    DASHKEEP_CONNECTION_OTHER_URL: production.url,
    DASHKEEP_CONNECTION_OTHER_TOKEN: production.token({ role: 'Admin' }),
  };
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await Promise.all([stage.close(), production.close(), directory.remove()]);
});

/** Copies the identity of a repository into the folder of a connection. */
async function plant(from: string, name: string): Promise<void> {
  const folder = join(directory.path, 'target/connections', name);
  await mkdir(folder, { recursive: true });
  await cp(join(directory.path, from, 'dashkeep.json'), join(folder, 'dashkeep.json'));
}

it('is refused by the service', async () => {
  service = await startService({ grafanaUrl: stage.url, directory: directory.path, environment });
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(json.id);
  await plant('target', 'production');
  const to = (connection: string) => ({
    snapshot: 'latest',
    selection: { type: 'everything' },
    options: { to: { connection } },
  });
  const refused = await service.call('POST', '/restores', to('production'));
  expect(refused.json.error).toMatchObject({ code: 'DK_REPOSITORY_REPLACED', why: { code: 'repository-twin' } });
  expect((await service.call('POST', '/restores', to('other'))).status).toBe(201);
});

it('is refused by dashkeep migrate, also between two connections', async () => {
  const own = {
    ...environment,
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/target`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  };
  const migrate = (name: string) => runCli(['migrate', '--to', name, '--from', 'latest', '--json'], own);
  await runCli(['backup'], own);
  await plant('target', 'production');
  await expect(migrate('production')).rejects.toMatchObject({ code: 'DK_REPOSITORY_REPLACED' });
  expect((await migrate('other')).exit).toBe(0);
  expect((await migrate('other')).exit).toBe(0);
  await plant('target/connections/other', 'production');
  await expect(migrate('production')).rejects.toMatchObject({ code: 'DK_REPOSITORY_REPLACED' });
});
