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

/** Runs a command, on some kinds. */
function dashkeep(kinds: string, ...args: string[]): ReturnType<typeof runMain> {
  return runMain(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_KINDS: kinds,
  });
}

it('says where a plan can be saved, when it cannot be saved there', async () => {
  await dashkeep('folder,dashboard', 'backup');
  const path = `${directory.path}/nowhere/plan.json`;
  const { exit, error } = await dashkeep('folder,dashboard', 'restore', 'latest', '--save-plan', path);
  expect(exit).toBe(2);
  expect(error).toContain(`--save-plan points to ${path}, which cannot be written (ENOENT) [DK_SETTINGS]`);
  expect(error).toContain(
    'Specify a file in a directory that Dashkeep may write to; in a container, for example in /tmp.',
  );
});

it('applies a saved plan in full, and names the kinds that the environment excludes', async () => {
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
