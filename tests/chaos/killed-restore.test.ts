import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { planUndo } from '../../pkg/engine/restore/undo/undo.ts';
import { restore } from '../../pkg/engine/restore/restore.ts';
import { RestoreBench, stateOf, typedFor } from '../restore/harness.ts';
import { board, seed } from '../restore/seed.ts';
import { SeededRandomness } from '../support/repository/repository.ts';
import { oneIn } from './cut-points.ts';
import { killedAt } from './kill.ts';

/** `npm run chaos` kills at every request that writes; the tests at a spread of them. */
const STEP = oneIn(7, 3);
let tried = 0;
let bench: RestoreBench;
afterEach(() => bench.close());
afterAll(() => console.log(`chaos: ${tried} restores killed`));

/** A Grafana that lost most, changed some, and has something that the snapshot lacks. */
async function prepare(): Promise<{ good: Manifest; before: Record<string, string> }> {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  await seed(bench);
  const good = await bench.backup();
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
  await bench.api('POST /api/dashboards/db', { dashboard: { ...board('root', 'Changed', 'prom') }, overwrite: true });
  await bench.api('POST /api/dashboards/db', { dashboard: board('extra', 'Extra', 'prom'), folderUid: 'other' });
  return { good, before: stateOf(await bench.backup()) };
}

/**
 * Restores, and dies at the n-th request that writes.
 * @returns the run, or undefined where the restore had ended before
 */
async function runKilledAt(n: number, good: Manifest): Promise<string | undefined> {
  const wanted = { manifest: good, options: { overwrite: true, deleteExtra: true } };
  const dead = await killedAt(n, bench, wanted, 'Main Org.');
  const [newest] = await bench.repository.runs({ limit: 1 });
  return dead ? newest?.id : undefined;
}

describe.each(['undo', 'finish'] as const)('a restore that was killed', (way) => {
  it(`at any request leads to equal states: ${way}`, { timeout: 600_000 }, async () => {
    for (let n = 0; ; n += STEP) {
      const { good, before } = await prepare();
      const run = await runKilledAt(n, good);
      if (run === undefined) {
        expect(n).toBeGreaterThan(9);
        return;
      }
      tried++;
      const stored = (await bench.repository.run(run))!;
      expect(stored.author.trusted).toBe(true);
      expect(stored.record).toMatchObject({ status: 'running', source: good.id });
      if (way === 'undo') {
        const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
        const { request, plan } = await planUndo(asked, stored);
        const randomness = new SeededRandomness('undo');
        const typed = typedFor(plan, plan.confirm);
        await restore({ ...request, plan, ...typed, safetySnapshot: false, version: '0.1.0', randomness });
        expect(stateOf(await bench.backup()), `killed at ${n}`).toEqual(before);
      } else {
        const wanted = { manifest: good, options: { overwrite: true, deleteExtra: true } };
        const { results } = await bench.apply(wanted, (await bench.plan(wanted)).confirm);
        expect(results.filter(({ outcome }) => outcome === 'failed' || outcome === 'differs')).toEqual([]);
        expect(stateOf(await bench.backup()), `killed at ${n}`).toEqual(stateOf(good));
      }
      await bench.close();
    }
  });
});
