import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { DirectoryStore } from '../../../pkg/storage/directory/store.ts';
import { call } from '../../simulator/http.ts';
import { runMain, type Ended } from '../../support/cli.ts';
import { keepDirectory, memoryDirectory, type KeptDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** A restore with a safety snapshot that cannot be stored, and one without it. */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let kept: KeptDirectory;
let restoreGrafana: () => void;
let token: string;

const cli = (...args: string[]): Promise<Ended<number> & { error: string }> =>
  runMain(args, {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: token, DASHKEEP_LOG_LEVEL: 'error' },
    ...{ DASHKEEP_TARGET: `file://${directory.path}/repository`, DASHKEEP_STATE_DIR: `${directory.path}/state` },
  });

const restore = (...args: string[]): ReturnType<typeof cli> =>
  cli('restore', 'latest', '--kinds', 'dashboard', '--apply', ...args);

/** The same before each test: a Grafana without the dashboards that were backed up. */
beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  token = grafana.token();
  grafana.seedDashboards({ count: 6, folders: 1 });
  directory = await memoryDirectory();
  await cli('backup', '--kinds', 'folder,dashboard');
  for (const uid of grafana.state.org(1).dashboards.keys()) {
    await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${uid}`);
  }
  restoreGrafana = grafana.keep();
  kept = await keepDirectory(directory);
});
beforeEach(async () => {
  restoreGrafana();
  await kept.restore();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await Promise.all([grafana.close(), directory.remove(), kept.remove()]);
});

it.each([
  ['full', new DashkeepError('DK_STORE_FAILED', 'ENOSPC', { advice: reason('free-target-space') })],
  ['read-only', new DashkeepError('DK_STORE_DENIED', 'EROFS', { advice: reason('mount-writable') })],
])('names the way to restore from a target that is %s, and what it costs', async (_, refusal) => {
  vi.spyOn(DirectoryStore.prototype, 'put').mockRejectedValue(refusal);
  grafana.clearRequests();
  const { exit, error } = await restore();
  expect(exit).toBe(1);
  expect(error).toContain(`[${refusal.code}]`);
  expect(error).toMatch(/add --no-safety-snapshot, but then you cannot undo the restore\.\n$/);
  expect(grafana.writes()).toEqual([]);
  expect((await restore('--no-safety-snapshot')).exit).toBe(0);
});

it('says that its record could not be written, although there was nothing to restore', async () => {
  expect((await restore()).exit).toBe(0);
  vi.spyOn(DirectoryStore.prototype, 'put').mockRejectedValue(new DashkeepError('DK_STORE_FAILED', 'ENOSPC'));
  const { exit, out } = await restore();
  expect([exit, out]).toEqual([3, expect.stringContaining('The record of this run could not be written: ENOSPC.')]);
  expect((await restore('--no-safety-snapshot')).exit).toBe(0);
});

it('names the same where only the snapshot is refused', async () => {
  const put = DirectoryStore.prototype.put;
  vi.spyOn(DirectoryStore.prototype, 'put').mockImplementation(function (this: DirectoryStore, ...given) {
    return given[0].startsWith('snapshots/')
      ? Promise.reject(new DashkeepError('DK_STORE_DENIED', 'denied'))
      : put.apply(this, given);
  });
  expect((await restore()).error).toContain('--no-safety-snapshot');
});

it('does not advise to go without one where waiting helps', async () => {
  const busy = new DashkeepError('DK_STORE_FAILED', 'HTTP 503 SlowDown', { advice: reason('wait-for-target') });
  vi.spyOn(DirectoryStore.prototype, 'put').mockRejectedValue(busy);
  const { error } = await restore();
  expect(error).toContain(busy.hint);
  expect(error).not.toContain('--no-safety-snapshot');
});

it('finishes a restore without a safety snapshot in the same way', async () => {
  grafana.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 2 });
  const { error } = await restore('--no-safety-snapshot');
  expect(error).toMatch(/^To finish it: dashkeep restore \S+ .*--no-safety-snapshot.* --apply$/m);
});

it('is shown with the time as of which it has what the restore did not touch', async () => {
  const { started } = JSON.parse((await cli('show', 'latest', '--json')).out);
  const { safetySnapshot } = JSON.parse((await restore('--json')).out);
  const { out } = await cli('show', safetySnapshot);
  expect(out).toContain(`the others are from the snapshot of ${started}\n`);
  expect((await cli('show', 'latest')).out).not.toContain('the others are');
  const diff = await cli('diff', 'latest', safetySnapshot);
  expect(diff.out).toMatch(
    new RegExp(`^Snapshot ${safetySnapshot}: .*the others are from the snapshot of ${started}\n`),
  );
});
