import { afterEach, expect, it } from 'vitest';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { RestoreBench, stateOf, typedFor } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** Undoes a run. @returns the run that did it */
async function undo(run: string): Promise<string> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  const { request, plan } = await planUndo(asked, (await bench.repository.run(run))!);
  const session = { ...request, randomness: new SeededRandomness(run), version: '0.1.0' };
  let id = '';
  await recordRun(session, { kind: 'restore', trigger: 'manual', signal: request.signal }, (one) => {
    id = one.id;
    return runRestore(session, { request, plan, safetySnapshot: true, ...typedFor(plan, plan.confirm) }, one);
  });
  return id;
}

it('an undo of an undo brings back the preferences of a team that the first one deleted', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const { teamId } = (await bench.api('POST /api/teams', { name: 'night', email: '' })).body;
  await bench.api(`PUT /api/teams/${teamId}/preferences`, { theme: 'dark', timezone: 'utc' });
  const manifest = await bench.backup();
  await bench.api(`DELETE /api/teams/${teamId}`);
  const before = stateOf(await bench.backup());
  const { run } = await bench.applyRecorded({ manifest }, true);
  const restored = stateOf(await bench.backup());
  expect(Object.keys(restored)).toContain('1/org-preferences/team:night');
  const undone = await undo(run);
  expect(stateOf(await bench.backup())).toEqual(before);
  await undo(undone);
  expect(stateOf(await bench.backup())).toEqual(restored);
});
