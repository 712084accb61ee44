import { afterEach, expect, it } from 'vitest';
import { variants } from '../../support/budget.ts';
import { named, reasons, RestoreBench, stateOf } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const EXTRA = ['extra-1', 'extra-2'];
const live = () => bench.sim.state.org(1);
const texts = () => [...live().annotations.values()].map(({ text }) => text).sort();
const annotate = (uid: string, text: string, time: number) =>
  bench.api('POST /api/annotations', { dashboardUID: uid, time, text });

/** A restore that was killed when it may have deleted two dashboards, of which it had deleted only the first. */
async function killed(): Promise<string> {
  bench = await RestoreBench.start({ profile: '12.4' });
  const manifest = await bench.backup();
  for (const uid of EXTRA) {
    await bench.api('POST /api/dashboards/db', { dashboard: { uid, title: uid } });
    await annotate(uid, `deployed ${uid}`, 1000);
    await annotate(uid, `stopped ${uid}`, 2000);
  }
  const second = live().dashboards.get('extra-2')!;
  await stoppedAt(bench, { match: /^DELETE .*dashboard/, end: 'killed' }, (signal) =>
    bench.applyRecorded({ manifest, options: { deleteExtra: true }, signal }, true, 'Main Org.'),
  ).catch(() => undefined);
  live().dashboards.set('extra-2', second);
  live().dashboards.delete('extra-1');
  for (const [id, { dashboardUid }] of live().annotations) {
    // Grafana removes what belonged to it a moment later.
    if (dashboardUid === 'extra-1') {
      live().annotations.delete(id);
    }
  }
  return (await bench.repository.runs({ limit: 1 }))[0]!.id;
}

it('an undo brings back what went with a deleted dashboard, and nothing that someone deleted elsewhere', async () => {
  const run = await killed();
  const [id] = [...live().annotations].find(([, { text }]) => text === 'stopped extra-2')!;
  await bench.api(`DELETE /api/annotations/${id}`);

  const { plan } = await planOfUndo(bench, run);
  expect(named(plan, 'create').filter((one) => one.startsWith('annotation/'))).toHaveLength(2);
  expect(Object.values(reasons(plan, 'skip'))).toEqual(['someone has deleted it since']);
  expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
  expect(texts()).toEqual(['deployed extra-1', 'deployed extra-2', 'stopped extra-1']);
  expect(live().dashboards.has('extra-1')).toBe(true);
});

it('an undo leaves a dashboard that was not deleted as someone edited it', async () => {
  const run = await killed();
  await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'extra-2', title: 'Mine' }, overwrite: true });
  expect(reasons((await planOfUndo(bench, run)).plan, 'skip')).toMatchObject({
    'dashboard/extra-2': 'someone has changed it since',
  });
});

it.each(variants([2, 0, 1, 3], 2))(
  'an undo brings back what another one deleted before the dashboard that it belongs to, killed after deletion %i',
  async (skip) => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' } });
    await bench.api('POST /api/dashboards/uid/cart/public-dashboards', { isEnabled: true });
    await annotate('cart', 'deployed', 1000);
    await annotate('cart', 'stopped', 2000);
    const manifest = await bench.backup();
    await bench.api('DELETE /api/dashboards/uid/cart');
    bench.sim.advance(60_000);
    const { run } = await bench.applyRecorded({ manifest }, true);
    const before = stateOf(await bench.backup());
    const { id } = await stoppedAt(bench, { match: /^DELETE /, skip, end: 'killed' }, (signal) =>
      undo(bench, run, signal),
    );
    bench.sim.advance(60_000);
    expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
    expect(stateOf(await bench.backup())).toEqual(before);
  },
);

it('deletes nothing more once Grafana refuses the token, and can be repeated', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const manifest = await bench.backup();
  for (let at = 0; at < 12; at++) {
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: `extra-${at}`, title: 'Extra' } });
  }
  bench.sim.setFaults({ match: /^DELETE /, action: { kind: 'status', status: 401 }, skip: 1 });
  const restored = bench.applyRecorded({ manifest, options: { deleteExtra: true } }, true, 'Main Org.');
  await expect(restored).rejects.toMatchObject({ code: 'DK_GRAFANA_UNAUTHORIZED' });
  bench.sim.setFaults();
  const [failed] = await bench.repository.runs({ limit: 1 });
  expect(failed?.status).toBe('failed');
  expect(await undo(bench, failed!.id)).toMatchObject({ status: 'complete', errors: [] });
  expect(live().dashboards.size).toBe(12);
});
