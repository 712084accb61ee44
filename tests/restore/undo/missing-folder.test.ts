import { afterEach, expect, it } from 'vitest';
import { reasons, RestoreBench } from '../harness.ts';
import { planOfUndo, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

it('an undo into a folder that someone deleted since says to restore it first, which it then finds', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const dashboard = { uid: 'cart', title: 'Cart' };
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await bench.api('POST /api/dashboards/db', { dashboard });
  const manifest = await bench.backup();
  await bench.api('POST /api/dashboards/db', { dashboard, folderUid: 'shop', overwrite: true });
  const { run } = await bench.applyRecorded({ manifest, options: { overwrite: true } }, true);
  await bench.api('DELETE /api/folders/shop');

  const safety = (await bench.repository.run(run))!.record.snapshot!;
  expect(reasons((await planOfUndo(bench, run)).plan, 'blocked')).toEqual({
    'dashboard/cart': `needs “Shop” (folder), which is missing; restore it from snapshot ${safety} first`,
  });
  const selection = { only: [{ kind: 'folder' as const, uid: 'shop' }] };
  await bench.apply({ manifest: await bench.repository.manifest(safety), selection });
  expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
  expect(bench.sim.state.org(1).dashboards.get('cart')).toMatchObject({ folderUid: 'shop' });
});
