import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Progress } from '../../pkg/contract/runs.ts';
import { realClock } from '../support/ports.ts';
import { saveDashboard } from './support/plant.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

const MANY = 40;

let world: TwoOrgs;
let home: Side;
let other: Side;

beforeAll(async () => {
  world = await twoOrgs();
  ({ home, other } = world);
  for (let n = 0; n < MANY; n++) {
    await saveDashboard(home.grafana, home.planted, home.mark, `many-${n}`, `# ${n}`);
  }
});
afterAll(() => world?.close());

interface Seen {
  status: string;
  counts: Record<string, number>;
  progress?: Progress;
}

const isUnderWay = ({ status }: Seen): boolean => ['queued', 'running'].includes(status);

/** Everything that a side is told about a run until it has ended. */
async function watch(side: Side, id: string): Promise<{ seen: Seen[]; last: Record<string, number> }> {
  const seen: Seen[] = [];
  for (;;) {
    const run = (await side.call('GET', `/runs/${id}`)).json as Seen;
    if (!isUnderWay(run)) {
      return { seen: seen.filter(isUnderWay), last: run.counts };
    }
    const listed = (await side.call('GET', '/runs')).json.items[0] as Seen;
    const { running } = (await side.call('GET', '/status')).json as { running?: Seen };
    seen.push(run, listed, ...(running === undefined ? [] : [running]));
    await realClock.sleep(20);
  }
}

it('of a backup that runs are those of the own organization', async () => {
  world.grafana.simulator?.setFaults({ match: 'GET /api*', action: { kind: 'slow', ms: 30 } });
  const { json } = await home.call('POST', '/runs', { kind: 'backup' });
  const sides = [home, other];
  const watched = await Promise.all(sides.map((side) => watch(side, String(json.id))));
  world.grafana.simulator?.setFaults();
  const [homes = 0, others = 0] = watched.map(({ last }) => last['listed']);
  expect(homes - others).toBeGreaterThan(MANY - 5);
  for (const [at, { seen, last }] of watched.entries()) {
    const own = last['listed'] ?? 0;
    const told = seen.flatMap(({ progress }) => progress ?? []);
    const totals = told.flatMap(({ total }) => total ?? []);
    expect([at, Math.max(...totals)]).toEqual([at, own]);
    expect(new Set(told.map(({ step }) => step?.of))).toContain(4);
    for (const { done, kinds, rate, secondsLeft, step } of told) {
      expect(done).toBeLessThanOrEqual(own);
      expect(step?.done ?? 0).toBeLessThanOrEqual(done);
      expect(step?.total ?? 0).toBeLessThanOrEqual(own);
      const byKind = Object.values(kinds);
      expect(byKind.reduce((sum, { total = 0 }) => sum + total, 0)).toBeLessThanOrEqual(own);
      expect([at, rate, secondsLeft]).toEqual([at, undefined, undefined]);
    }
    // While it runs, the record itself has no numbers.
    expect(seen.every(({ counts }) => Object.keys(counts).length === 0)).toBe(true);
  }
});

it('of a verification are the home organization’s', async () => {
  const { json } = await home.call('POST', '/runs', { kind: 'verify', readData: true });
  const { seen, last } = await watch(other, String(json.id));
  expect(last).toEqual({});
  for (const { counts, progress } of seen) {
    expect([counts, progress?.done ?? 0, progress?.total]).toEqual([{}, 0, undefined]);
  }
});

it('do not say whether another organization has the same content', async () => {
  const save = (side: Side, uid: string, title: string) =>
    side.grafana.post('/api/dashboards/db', { dashboard: { uid, title, panels: [] }, overwrite: true });
  const numbers = async (): Promise<Record<string, number>> => {
    const { json } = await other.call('POST', '/runs', { kind: 'backup' });
    return (await world.ended(other, String(json.id)))['counts'] as Record<string, number>;
  };
  await save(home, 'guessed', 'Quarterly figures');
  await numbers();
  await save(other, 'unknown', 'Quarterly fictions');
  const unknown = await numbers();
  await save(other, 'guessed', 'Quarterly figures');
  const guessed = await numbers();
  expect(unknown['stored']).toBeGreaterThan(0);
  expect(guessed['stored']).toBe(unknown['stored']);
  expect(guessed['bytes']).toBe((unknown['bytes'] ?? 0) - 'fictions'.length + 'figures'.length);
});

it('of snapshots that do not cover an organization are not said of the start of an id', async () => {
  await world.backup();
  await world.backup();
  const dashboard = { org: 1, kind: 'dashboard', uid: home.planted.dashboard };
  await home.grafana.send('DELETE', `/api/dashboards/uid/${dashboard.uid}`);
  const selection = { type: 'resources', resources: [dashboard] };
  const { json: plan } = await home.call('POST', '/restores', { snapshot: 'latest', selection });
  // Makes a safety snapshot of the home organization alone.
  const { json: run } = await home.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
  await world.ended(home, run.id);
  const [own, all] = await Promise.all(
    [other, home].map(async ({ call }) => (await call('GET', '/snapshots')).json.items as { id: string }[]),
  );
  const hidden = all!.map(({ id }) => id).filter((id) => !own!.some((one) => one.id === id));
  expect(hidden.length).toBeGreaterThan(0);
  const message = async (id: string): Promise<string> =>
    (await other.call('GET', `/snapshots/${id}`)).json.error.message;
  expect(await message('2')).toBe(`${own!.length} snapshots start with '2'`);
  for (const id of hidden) {
    expect(await message(id)).toBe(`there is no snapshot '${id}'`);
    expect(await message(id.slice(0, -1))).toBe(`there is no snapshot '${id.slice(0, -1)}'`);
  }
  const absent = '20200101T000000Z-00000000';
  expect(await message(absent)).toBe(`there is no snapshot '${absent}'`);
});
