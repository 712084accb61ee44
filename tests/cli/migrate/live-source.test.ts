import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** A migration whose own backup finds the source emptied. */
let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  stage.seedDashboards({ count: 30, folders: 2 });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

function migrate(...args: string[]): Promise<Ended> {
  return runCli(['migrate', '--from', 'live', '--to', 'production', ...args, '--apply', '--json'], {
    ...{ GRAFANA_URL: stage.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_ADMIN_USER: 'admin',
    DASHKEEP_CONNECTION_PRODUCTION_ADMIN_PASSWORD: 'admin',
  });
}

it('does not end with 0 while its backup is not a full one, and asks before it sends everything', async () => {
  const boards = ['--kinds', 'folder,dashboard', '--promote'];
  expect((await migrate(...boards)).exit).toBe(0);
  for (const uid of [...stage.state.org(1).dashboards.keys()].slice(1)) {
    await call(stage, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  const { exit, json } = await migrate(...boards);
  expect([exit, json.shrunk]).toEqual([3, expect.anything()]);
  await expect(migrate('--everything')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
});
