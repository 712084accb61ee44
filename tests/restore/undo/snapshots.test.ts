import { afterEach, expect, it } from 'vitest';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { board, seed } from '../seed.ts';
import { named, reasons, RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** People shared a dashboard twice; the restore brings back one of these snapshots. */
async function restoredOne(): Promise<{ run: string; kept: string; created: string }> {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  await seed(bench);
  const share = async (name: string): Promise<string> =>
    (await bench.api('POST /api/snapshots', { name, dashboard: board('root', 'Board root', 'prom') })).body.key;
  const [kept, created] = [await share('Monday'), await share('Tuesday')];
  await bench.backup();
  await bench.api(`DELETE /api/snapshots/${created}`);
  const { run } = await bench.applyRecorded({}, true);
  expect(keys()).toEqual([kept, created].sort());
  return { run, kept, created };
}

function keys(): string[] {
  return [...bench.sim.state.org(1).snapshots.keys()].sort();
}

async function undone(run: string): Promise<Awaited<ReturnType<typeof planUndo>>['plan']> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  const { request, plan } = await planUndo(asked, (await bench.repository.run(run))!);
  const session = { ...request, randomness: new SeededRandomness('undo'), version: '0.1.0' };
  const { confirm } = plan;
  await recordRun(session, { kind: 'restore', trigger: 'manual', signal: request.signal }, (one) =>
    runRestore(session, { request, plan, safetySnapshot: true, ...(confirm === undefined ? {} : { confirm }) }, one),
  );
  return plan;
}

it('deletes the dashboard snapshots that the restore created, and no others', async () => {
  const { run, kept, created } = await restoredOne();
  const plan = await undone(run);
  expect(named(plan, 'delete')).toEqual([`dashboard-snapshot/${created}`]);
  expect(plan.confirm).toBe('Main Org.');
  expect(keys()).toEqual([kept]);
});

it('leaves a dashboard snapshot that someone has created since under the same key', async () => {
  const { run, kept, created } = await restoredOne();
  await bench.api(`DELETE /api/snapshots/${created}`);
  const dashboard = board('root', 'Another', 'prom');
  await bench.api('POST /api/snapshots', { key: created, name: 'Tuesday', dashboard });
  const plan = await undone(run);
  expect(reasons(plan, 'skip')).toMatchObject({
    [`dashboard-snapshot/${created}`]: 'someone has changed it since',
  });
  expect(keys()).toEqual([kept, created].sort());
});
