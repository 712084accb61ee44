import { afterEach, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { RestoreBench, stateOf } from '../restore/harness.ts';
import { seed } from '../restore/seed.ts';
import { oneIn } from './cut-points.ts';
import { killedAt } from './kill.ts';

const STEP = oneIn(3, 1);
let bench: RestoreBench;
afterEach(() => bench.close());

/** A Grafana that has just lost a folder, within the second of the snapshot. */
async function prepare(): Promise<Manifest> {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  const { state } = bench.sim;
  // Grafana says only in which second something was created.
  state.now = () => Date.parse('2026-07-01T08:00:00.500Z');
  await seed(bench);
  const good = await bench.backup();
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
  return good;
}

it('a restore of what is missing, killed in the second of its snapshot, finishes with permissions', async () => {
  for (let n = 0; ; n += STEP) {
    const good = await prepare();
    if (!(await killedAt(n, bench, { manifest: good }))) {
      expect(n).toBeGreaterThan(4);
      return;
    }
    await bench.applyRecorded({ manifest: good }, true);
    expect(stateOf(await bench.backup()), `killed at ${n}`).toEqual(stateOf(good));
    await bench.close();
  }
}, 300_000);
