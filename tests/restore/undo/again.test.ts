import { afterEach, expect, it } from 'vitest';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { RawText } from '../../../pkg/lib/json/json.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { RestoreBench, stateOf, typedFor } from '../harness.ts';
import { variants } from '../../support/budget.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** Undoes a run. @returns the run that did it */
async function undo(run: string, signal = new AbortController().signal): Promise<string> {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({ signal });
  const { request, plan } = await planUndo(asked, (await bench.repository.run(run))!);
  const session = {
    ...request,
    randomness: new SeededRandomness(`${run} ${bench.sim.requests.length}`),
    version: '0.1.0',
  };
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
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  const { plan } = await planUndo(asked, (await bench.repository.run(undone))!);
  expect(new Set(plan.items.map((item) => item.reason))).toEqual(new Set(['the undo deleted it']));
  await undo(undone);
  expect(stateOf(await bench.backup())).toEqual(restored);
});

it.each(
  variants([
    ['was killed', (killed: AbortController) => killed.abort(new Error('killed'))],
    ['failed in part', undefined],
  ]),
)(
  'an undo of an undo that %s before the permissions of a dashboard brings them back when finished',
  async (_, kill) => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' }, folderUid: 'shop' });
    await bench.api('POST /api/dashboards/uid/cart/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
    const manifest = await bench.backup();
    await bench.api('DELETE /api/folders/shop');
    const { run } = await bench.applyRecorded({ manifest }, true);
    const restored = stateOf(await bench.backup());
    const undone = await undo(run);
    const killed = new AbortController();
    bench.sim.setFaults(
      kill === undefined
        ? { match: /^(POST|PUT) .*(permissions|access-control).*/, action: { kind: 'status', status: 400 } }
        : { match: /^POST .*\/dashboards(\/db)?(\?|$)/, action: { kind: 'after', run: () => kill(killed) } },
    );
    await undo(undone, killed.signal).catch(() => undefined);
    bench.sim.setFaults();
    expect(stateOf(await bench.backup())).not.toEqual(restored);
    await undo(undone);
    expect(stateOf(await bench.backup())).toEqual(restored);
  },
);

it('an undo of an undo leaves a dashboard alone that someone made again, with the permissions that it got', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const dashboard = { uid: 'cart', title: 'Cart' };
  await bench.api('POST /api/dashboards/db', { dashboard });
  await bench.api('POST /api/dashboards/uid/cart/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
  const manifest = await bench.backup();
  await bench.api('DELETE /api/dashboards/uid/cart');
  const { run } = await bench.applyRecorded({ manifest }, true);
  const undone = await undo(run);
  bench.sim.advance(2000);
  await bench.api('POST /api/dashboards/db', { dashboard });
  const again = stateOf(await bench.backup());
  await undo(undone);
  expect(stateOf(await bench.backup())).toEqual(again);
});

it('an undo of an undo that was killed leaves a dashboard alone that someone replaced before it is finished', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' } });
  await bench.api('POST /api/dashboards/uid/cart/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
  const manifest = await bench.backup();
  await bench.api('DELETE /api/dashboards/uid/cart');
  const { run } = await bench.applyRecorded({ manifest }, true);
  const undone = await undo(run);
  const killed = new AbortController();
  bench.sim.setFaults({
    match: /^POST .*\/dashboards(\/db)?(\?|$)/,
    action: { kind: 'after', run: () => killed.abort(new Error('killed')) },
  });
  await undo(undone, killed.signal).catch(() => undefined);
  bench.sim.setFaults();
  bench.sim.advance(2000);
  await bench.api('DELETE /api/dashboards/uid/cart');
  await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Mine' } });
  const again = stateOf(await bench.backup());
  await undo(undone);
  expect(stateOf(await bench.backup())).toEqual(again);
});

it('an undo of an undo goes on where someone made a dashboard again that cannot be read', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  // More than are read one by one: the permissions then need no dashboard.
  const uids = Array.from({ length: 34 }, (_, number) => `cart-${number}`);
  const make = (uid: string) => bench.api('POST /api/dashboards/db', { dashboard: { uid, title: uid } });
  for (const uid of uids) {
    await make(uid);
    await bench.api(`POST /api/dashboards/uid/${uid}/permissions`, { items: [{ role: 'Viewer', permission: 1 }] });
  }
  const manifest = await bench.backup();
  for (const uid of uids) {
    await bench.api(`DELETE /api/dashboards/uid/${uid}`);
  }
  const { run } = await bench.applyRecorded({ manifest }, true);
  const undone = await undo(run);
  await make('cart-0');
  const nested = new RawText('['.repeat(3000) + ']'.repeat(3000));
  bench.sim.setFaults({
    match: /^GET \/apis\/.*\/dashboards\/cart-0(\?|$)/,
    action: { kind: 'status', status: 200, body: { metadata: { name: 'cart-0', labels: nested } } },
  });
  await undo(undone);
  expect(bench.sim.state.org(1).dashboards.size).toBe(uids.length);
});

it('the plan of an undo names what was already deleted by the title that the snapshot knows', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' }, folderUid: 'shop' });
  const manifest = await bench.backup();
  await bench.api('DELETE /api/folders/shop');
  const { run } = await bench.applyRecorded({ manifest }, true);
  await bench.api('DELETE /api/dashboards/uid/cart');
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
  const { plan } = await planUndo(asked, (await bench.repository.run(run))!);
  const gone = plan.items.filter(({ uid }) => uid === 'cart');
  expect(gone.map(({ kind, title }) => [kind, title])).toEqual([
    ['dashboard-permissions', 'Cart'],
    ['dashboard', 'Cart'],
  ]);
});
