import { afterEach, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { writeEnd } from '../../pkg/engine/runs.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { RestoreBench, stateOf, typedFor } from './harness.ts';
import { seed } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** The target takes no more once Grafana is written to, for some time or until the returned function is called. */
function fillOnFirstWrite(milliseconds = Infinity): () => void {
  const { store } = bench.repository;
  const put = store.put.bind(store);
  const until = bench.sim.state.now() + milliseconds;
  bench.sim.clearRequests();
  store.put = (...given) =>
    bench.sim.writes().length > 0 && bench.sim.state.now() < until
      ? Promise.reject(new DashkeepError('DK_STORE_FAILED', 'the target is full'))
      : put(...given);
  return () => (store.put = put);
}

async function lost(): Promise<void> {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  await seed(bench);
  await bench.backup();
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
}

it.each([
  ['the command line', false],
  ['the service, whose journal writes the end without the resources', true],
])('ends before it writes what an undo would not know of, and can be undone: %s', async (_name, writesEnd) => {
  await lost();
  const manifest = await bench.repository.manifest('latest');
  const before = stateOf(await bench.backup());
  const empty = fillOnFirstWrite();
  await expect(bench.applyRecorded({ manifest }, true)).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
  empty();
  const [newest] = await bench.repository.runs({ limit: 1 });
  if (writesEnd) {
    const { touched: _touched, ...record } = (await bench.repository.run(newest!.id))!.record;
    await writeEnd(bench.repository, { ...record, status: 'failed', finished: bench.clock.now().toISOString() });
  }
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  const { request, plan } = await planUndo(asked, (await bench.repository.run(newest!.id))!);
  const randomness = new SeededRandomness('undo');
  await restore({
    ...request,
    plan,
    ...typedFor(plan, plan.confirm),
    safetySnapshot: false,
    version: '0.1.0',
    randomness,
  });
  expect(stateOf(await bench.backup())).toEqual(before);
});

it('goes on without a snapshot of the state before, for then there is no undo', async () => {
  await lost();
  const manifest = await bench.repository.manifest('latest');
  const empty = fillOnFirstWrite();
  const { results } = await bench.applyRecorded({ manifest });
  empty();
  expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
  expect(stateOf(await bench.backup())).toEqual(stateOf(manifest));
});

it('waits half a minute for a target that does not take the record of its end', async () => {
  await lost();
  const manifest = await bench.repository.manifest('latest');
  for (const [seconds, status] of [
    [20, 'complete'],
    [40, 'running'],
  ] as const) {
    const empty = fillOnFirstWrite(seconds * 1000);
    const { run } = await bench.applyRecorded({ manifest });
    empty();
    expect((await bench.repository.run(run))?.record.status).toBe(status);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
  }
});
