import { afterEach, describe, expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import { goesWith, KINDS } from '../../../pkg/grafana/kinds/registry.ts';
import { named, reasons, RestoreBench, stateOf } from '../harness.ts';
import { planOfUndo, stoppedAt, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

/** The kinds that Grafana deletes with one of another kind, by that kind. */
const ALONG = new Map<KindName, KindName[]>();
for (const kind of KINDS) {
  const owner = goesWith(kind) ?? kind.deletedAlong?.owner;
  if (owner !== undefined) {
    ALONG.set(owner, [...(ALONG.get(owner) ?? []), kind.name]);
  }
}

const team = (): number => [...bench.sim.state.org(1).teams.keys()][0]!;

interface Owner {
  path: () => string;
  /** Creates it, with what goes with it under the same UID. */
  create: () => Promise<unknown>;
  /** Creates what goes with it under another UID. */
  add?: () => Promise<unknown>;
}

const OWNERS: Partial<Record<KindName, Owner>> = {
  team: {
    path: () => `/api/teams/${team()}`,
    create: () => bench.api('POST /api/teams', { name: 'ops', email: 'ops@example.org' }),
    add: () => bench.api(`PUT /api/teams/${team()}/preferences`, { theme: 'dark', timezone: 'utc' }),
  },
  'data-source': {
    path: () => '/api/datasources/uid/logs',
    async create() {
      for (const uid of ['logs', 'traces']) {
        await bench.api('POST /api/datasources', { name: uid, uid, type: 'loki', access: 'proxy' });
      }
    },
    async add() {
      const config = { type: 'query', field: 'trace', target: {} };
      const correlation = { targetUID: 'traces', label: 'Trace', description: '', type: 'query', config };
      await bench.api('POST /api/datasources/uid/logs/correlations', correlation);
    },
  },
  folder: {
    path: () => '/api/folders/shop',
    async create() {
      await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
      await bench.api('POST /api/folders/shop/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
    },
  },
  dashboard: {
    path: () => '/api/dashboards/uid/cart',
    async create() {
      await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' } });
      await bench.api('POST /api/dashboards/uid/cart/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
      await bench.api('POST /api/dashboards/uid/cart/public-dashboards', { isEnabled: true });
    },
    add: () => bench.api('POST /api/annotations', { dashboardUID: 'cart', time: 1000, text: 'deployed' }),
  },
};

describe.each([...ALONG])('an undo that was killed right after it deleted a resource of kind %s', (name, kinds) => {
  const { path, create, add } = OWNERS[name]!;

  it.each(['restored', ...(add === undefined ? [] : ['added since'])])(
    'can be undone: what Grafana deleted along comes back, if it was %s',
    async (origin) => {
      bench = await RestoreBench.start({ profile: '12.4', enterprise: true });
      await create();
      await (origin === 'restored' ? add?.() : undefined);
      const manifest = await bench.backup();
      await bench.api(`DELETE ${path()}`);
      bench.sim.advance(60_000);
      const { run } = await bench.applyRecorded({ manifest }, true);
      await (origin === 'restored' ? undefined : add?.());
      const before = stateOf(await bench.backup());
      const held = Object.keys(before).map((key) => key.split('/')[1]);
      expect(held).toEqual(expect.arrayContaining([name, ...kinds]));
      const match = new RegExp(`^DELETE ${path()}$`);
      const { id } = await stoppedAt(bench, { match, end: 'killed' }, (signal) => undo(bench, run, signal));
      bench.sim.advance(60_000);
      expect(await undo(bench, id)).toMatchObject({ status: 'complete', errors: [] });
      expect(stateOf(await bench.backup())).toEqual(before);
    },
  );
});

it('an undo leaves preferences that someone reset, if the run was killed before it deleted their team', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  await OWNERS.team!.create();
  await OWNERS.team!.add?.();
  const manifest = await bench.backup();
  await bench.api(`DELETE /api/teams/${team()}`);
  const { run } = await bench.applyRecorded({ manifest }, true);
  const match = /^DELETE \/api\/teams/;
  const { id } = await stoppedAt(bench, { match, end: 'killed', moment: 'before' }, (signal) =>
    undo(bench, run, signal),
  );
  await bench.api(`PUT /api/teams/${team()}/preferences`, { theme: '', timezone: '' });
  expect(reasons((await planOfUndo(bench, id)).plan, 'skip')).toEqual({
    'org-preferences/team:ops': 'someone has changed it since',
  });
});

it('the plan of an undo deletes what someone changed since, if Grafana deletes it with its owner', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const { create, add, path } = OWNERS['data-source']!;
  await create();
  await add?.();
  const manifest = await bench.backup();
  await bench.api(`DELETE ${path()}`);
  bench.sim.advance(60_000);
  const { run } = await bench.applyRecorded({ manifest }, true);
  const { body } = await bench.api(`GET ${path()}/correlations`);
  const { uid } = (body as { uid: string }[])[0]!;
  await bench.api(`PATCH ${path()}/correlations/${uid}`, { description: 'changed since' });
  const { plan } = await planOfUndo(bench, run);
  expect([named(plan, 'delete'), named(plan, 'skip')]).toEqual([
    [expect.stringMatching(/^correlation\//), 'data-source/logs'],
    [],
  ]);
  const before = stateOf(await bench.backup());
  const { id, status } = await undo(bench, run);
  expect(status).toBe('complete');
  await undo(bench, id);
  expect(stateOf(await bench.backup())).toEqual(before);
});
