import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('applies a saved plan in full, and names the kinds that the environment excludes', async () => {
  const dashkeep = (kinds: string, ...args: string[]): ReturnType<typeof runMain> =>
    runMain(args, {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token(),
      DASHKEEP_TARGET: `file://${directory.path}/repository`,
      DASHKEEP_STATE_DIR: `${directory.path}/state`,
      DASHKEEP_KINDS: kinds,
    });
  const { dashboards } = grafana.state.org(1);
  const count = dashboards.size;
  await dashkeep('folder,dashboard', 'backup');
  dashboards.clear();
  const plan = `${directory.path}/plan.json`;
  await dashkeep('folder,dashboard', 'restore', 'latest', '--save-plan', plan);
  const applied = await dashkeep('folder', 'restore', '--plan', plan, '--apply');
  expect(applied.exit).toBe(0);
  expect(applied.error).toContain('DASHKEEP_KINDS does not apply to a saved plan, which also restores dashboard');
  expect(dashboards.size).toBe(count);
  expect((await dashkeep('folder,dashboard', 'restore', '--plan', plan)).error).not.toContain('DASHKEEP_KINDS');
});
