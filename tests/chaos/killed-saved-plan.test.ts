import { afterEach, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { parseSavedPlan, requestOf, requireFresh, savePlan } from '../../pkg/engine/restore/plan/saved-plan.ts';
import type { RestoreOptions } from '../../pkg/engine/restore/types.ts';
import { RestoreBench, stateOf } from '../restore/harness.ts';
import { board, seed } from '../restore/seed.ts';
import { oneIn } from './cut-points.ts';
import { killedAt } from './kill.ts';
import { variants } from '../support/budget.ts';

/** `npm run chaos` kills at every request that writes; the tests at a spread of them. */
const STEP = oneIn(5, 1);
let bench: RestoreBench;
afterEach(() => bench.close());

async function prepare(): Promise<Manifest> {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  await seed(bench);
  const good = await bench.backup();
  await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
  await bench.api('POST /api/dashboards/db', { dashboard: { ...board('root', 'Changed', 'prom') }, overwrite: true });
  await bench.api('POST /api/dashboards/db', { dashboard: board('extra', 'Extra', 'prom'), folderUid: 'other' });
  return good;
}

const WANTED: [string, Partial<RestoreOptions>][] = [
  // It creates as well.
  ['overwrite and delete', { overwrite: true, deleteExtra: true }],
  ['create', {}],
];

it.each(variants(WANTED))(
  'a saved plan that was killed at any request is finished by the same file: %s',
  async (_, options) => {
    for (let n = 0; ; n += STEP) {
      const good = await prepare();
      const wanted = { manifest: good, options };
      const request = await bench.request(wanted);
      const plan = await bench.plan(wanted);
      const saved = parseSavedPlan(savePlan(request, plan));
      if (!(await killedAt(n, bench, wanted, plan.confirm))) {
        expect(n).toBeGreaterThan(4);
        return;
      }
      const again = { manifest: good, ...requestOf(saved) };
      const rest = await bench.plan(again);
      await expect(requireFresh(saved, request, rest), `killed at ${n}`).resolves.toBeUndefined();
      await bench.apply(again, rest.confirm);
      if (options.overwrite === true) {
        expect(stateOf(await bench.backup()), `killed at ${n}`).toEqual(stateOf(good));
      }
      await bench.close();
    }
  },
  300_000,
);
