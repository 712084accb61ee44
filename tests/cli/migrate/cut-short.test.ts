import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** Stage, where all is made, and production, where it goes. */
let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;
let shown: string;

function cli(...args: string[]): Promise<Ended> {
  const stderr = { write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  return runCli(args, environment, { stderr });
}

beforeEach(async () => {
  shown = '';
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  stage.seedDashboards({ count: 6, folders: 2 });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

it.each(['environment', 'option'])('names the undo of a migration that is listed later, target by %s', async (way) => {
  const below = `${environment['DASHKEEP_TARGET']}/connections/production`;
  production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
  const asked = ['--from', 'live', '--to', 'production', '--kinds', 'folder,dashboard', '--apply'];
  await expect(cli('migrate', ...asked)).rejects.toMatchObject({ code: 'DK_GRAFANA_UNAUTHORIZED' });
  const [, undo = ''] = /To undo it: dashkeep (.+)/.exec(shown) ?? [];
  production.setFaults();
  const place = way === 'option' ? ` --target ${environment['DASHKEEP_TARGET']}` : '';
  if (way === 'option') {
    const { DASHKEEP_TARGET: _, ...others } = environment;
    environment = others;
  }

  shown = '';
  await cli('runs', '--target', below);
  const [, listed = ''] = /To undo it: dashkeep (.+)/.exec(shown) ?? [];
  expect(listed.split(' ').toSorted()).toEqual(`${undo}${place}`.split(' ').toSorted());
  const undone = await cli(...listed.split(' '), '--confirm', 'Main Org.', '--json');
  expect(undone).toMatchObject({ exit: 0, json: { undo: expect.stringMatching(/^dashkeep migrate --undo /) } });
  expect(production.state.org(1).dashboards.size).toBe(0);
  shown = '';
  await cli('runs', '--target', below);
  expect(shown).not.toContain('did not finish');
});
