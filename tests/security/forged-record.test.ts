import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { planRestore } from '../../pkg/engine/restore/plan/plan.ts';
import { restore, restoreOutcome } from '../../pkg/engine/restore/restore.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import { recordRun } from '../../pkg/engine/run.ts';
import { RestoreBench } from '../restore/harness.ts';
import { seed } from '../restore/seed.ts';
import { SeededRandomness } from '../support/repository/repository.ts';

/** Someone who may write to the bucket changes the record of a restore, or its safety snapshot while it is undone. */
let bench: RestoreBench;
afterEach(() => bench.close());

async function restored(): Promise<{ run: RunRecord; regular: string }> {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  await seed(bench);
  const { id: regular } = await bench.backup();
  await bench.api('DELETE /api/dashboards/uid/root');
  const request = await bench.request({ options: { overwrite: true } });
  const plan = await planRestore(request);
  const port = {
    clock: request.clock,
    randomness: new SeededRandomness('record'),
    log: silentLog,
    signal: request.signal,
  };
  let id = '';
  await recordRun(
    { ...port, repository: bench.repository, kind: 'restore', trigger: 'manual' },
    async (given, note) => {
      id = given;
      return restoreOutcome(await restore({ ...request, ...port, safetySnapshot: true, version: '0.1.0', plan, note }));
    },
  );
  return { run: (await bench.repository.run(id))!, regular };
}

async function undo(run: RunRecord): ReturnType<typeof planUndo> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  return planUndo(asked, run);
}

it('a record that names a regular backup, or an earlier safety snapshot, is no way back', async () => {
  const { run, regular } = await restored();
  await expect(undo({ ...run, snapshot: regular })).rejects.toMatchObject({ code: 'DK_USAGE' });
  const later = `${new Date(Date.now() + 40 * 365 * 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '')}-00000000`;
  await expect(undo({ ...run, id: later })).rejects.toMatchObject({ code: 'DK_USAGE' });
});

it('what is planned is what is asserted: the snapshot is read once', async () => {
  const { run } = await restored();
  const { request, stored } = await undo(run);
  expect(stored.manifest).toBe(request.manifest);
  expect(stored.author.trusted).toBe(true);
});
