import { afterEach, beforeEach, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let [grafana, other]: Simulator[] = [];
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  [grafana, other] = await Promise.all([startGrafana({ profile: '12.4' }), startGrafana({ profile: '12.4' })]);
  grafana.seedDashboards({ count: 6, folders: 1, v2Share: 0 });
  directory = await memoryDirectory();
});
afterEach(async () => {
  await Promise.all([grafana?.close(), other?.close(), directory.remove()]);
});

function dashkeep(
  to: Simulator | undefined,
  args: string[],
  ports?: Parameters<typeof runMain>[2],
): ReturnType<typeof runMain> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  return runMain([...args, ...where], { GRAFANA_URL: to?.url ?? '', GRAFANA_API_TOKEN: to?.token() ?? '' }, ports);
}

it('names the Grafana that an unfinished restore wrote to, where it is another one, and only there ends it', async () => {
  await dashkeep(grafana, ['backup', '--kinds', 'folder,dashboard']);
  grafana?.wipe();
  const controller = new AbortController();
  const run = (): void => controller.abort(new DashkeepError('DK_INTERRUPTED', 'interrupted by SIGINT'));
  grafana?.setFaults({ match: /^POST .*dashboards/, action: { kind: 'after', run }, skip: 2, times: 1 });
  const restore = ['restore', 'latest', '--kinds', 'folder,dashboard'];
  await dashkeep(grafana, [...restore, '--apply'], controller);
  grafana?.setFaults();

  const named = `The restore wrote to the Grafana instance at ${grafana?.url}.`;
  expect((await dashkeep(other, restore)).error).toContain(named);
  const same = await dashkeep(grafana, restore);
  expect(same.error).toContain('did not finish');
  expect(same.error).not.toContain(named);

  const [there, here] = [await dashkeep(other, [...restore, '--apply']), await dashkeep(grafana, restore)];
  expect([there.exit, here.error.includes('did not finish')]).toEqual([0, true]);
  expect((await dashkeep(grafana, [...restore, '--apply'])).exit).toBe(0);
  expect((await dashkeep(grafana, restore)).error).not.toContain('did not finish');
});

it('undoes a restore only in the Grafana that it wrote to', async () => {
  const restore = ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--json'];
  await dashkeep(grafana, ['backup', '--kinds', 'folder,dashboard']);
  // Both have the same dashboards; one of them made its own.
  await dashkeep(other, restore);
  grafana?.wipe();
  const { run } = (await dashkeep(grafana, restore)).json;
  const undo = ['restore', '--undo', run, '--apply', '--confirm', 'Main Org.'];
  const { exit, error } = await dashkeep(other, undo);
  expect([exit, other?.state.org(1).dashboards.size]).toEqual([2, 6]);
  expect(error).toContain(`this may not be the Grafana database that run ${run} restored, at ${grafana?.url}`);
  expect([(await dashkeep(grafana, undo)).exit, grafana?.state.org(1).dashboards.size]).toEqual([0, 0]);
});

it('restores and undoes where Grafana cannot decrypt its keys, as with another secret key', async () => {
  const restore = ['restore', 'latest', '--kinds', 'folder,dashboard', '--apply', '--json'];
  await dashkeep(grafana, ['backup', '--kinds', 'folder,dashboard']);
  grafana?.wipe();
  grafana?.setFaults({ match: 'GET /api/signing-keys/keys', action: { kind: 'status', status: 500 } });
  const { exit, json } = await dashkeep(grafana, restore);
  expect([exit, grafana?.state.org(1).dashboards.size]).toEqual([0, 6]);
  const undo = ['restore', '--undo', json.run, '--apply', '--confirm', 'Main Org.'];
  expect([(await dashkeep(grafana, undo)).exit, grafana?.state.org(1).dashboards.size]).toEqual([0, 0]);
});
