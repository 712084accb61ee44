import { afterEach, expect, it } from 'vitest';
import { named, reasons, RestoreBench, stateOf } from '../harness.ts';
import { planOfUndo, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const save = (uid: string, folderUid?: string) =>
  bench.api('POST /api/dashboards/db', { dashboard: { uid, title: uid }, folderUid, overwrite: true });

/** A restore that creates two folders again, and moves back into them what was moved out before they were deleted. */
async function restored(): Promise<{ run: string; before: Record<string, string> }> {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/folders', { uid: 'outer', title: 'Outer' });
  await bench.api('POST /api/folders', { uid: 'inner', title: 'Inner', parentUid: 'outer' });
  await bench.api('POST /api/folders', { uid: 'sub', title: 'Sub', parentUid: 'inner' });
  await save('one', 'inner');
  await save('two', 'outer');
  const manifest = await bench.backup();
  await save('one');
  await save('two');
  await bench.api('POST /api/folders/sub/move', { parentUid: '' });
  await bench.api('DELETE /api/folders/outer');
  const before = stateOf(await bench.backup());
  const { run } = await bench.applyRecorded({ manifest, options: { overwrite: true } }, true);
  expect(bench.sim.state.org(1).dashboards.get('one')?.folderUid).toBe('inner');
  return { run, before };
}

it('an undo deletes the folders that it empties by moving dashboards and a folder out of them', async () => {
  const { run, before } = await restored();
  expect(named((await planOfUndo(bench, run)).plan, 'delete')).toEqual(['folder/inner', 'folder/outer']);
  expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
  expect(stateOf(await bench.backup())).toEqual(before);
});

it('an undo keeps the folder of a dashboard that it does not move, because someone edited it since', async () => {
  const { run } = await restored();
  await bench.api('POST /api/dashboards/db', {
    dashboard: { uid: 'one', title: 'Mine' },
    folderUid: 'inner',
    overwrite: true,
  });
  expect(reasons((await planOfUndo(bench, run)).plan, 'blocked')).toEqual({
    'folder/inner': 'the run created it, but it contains resources that are kept',
    'folder/outer': 'the run created it, but it contains resources that are kept',
  });
});

it('an undo keeps a folder with a dashboard that could not be moved', async () => {
  const { run } = await restored();
  bench.sim.setFaults({ match: /^(POST|PUT) .*dashboards\/(db|one)/, action: { kind: 'status', status: 500 } });
  expect(await undo(bench, run)).not.toMatchObject({ status: 'complete' });
  bench.sim.setFaults();
  const { dashboards, folders } = bench.sim.state.org(1);
  expect([...dashboards.keys()].sort()).toEqual(['one', 'two']);
  expect([...folders.keys()]).toContain('inner');
});
