import { describe, expect, it } from 'vitest';
import type { KindName } from '../../pkg/contract/kinds.ts';
import type { Diff, PlanItem } from '../../pkg/contract/plan.ts';
import { replaceAnnotations, replaceDashboards } from '../support/grafana/seed/annotations.ts';
import { edit } from './backup/edits.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { type Bench, start } from './harness.ts';
import { newestOf } from '../support/grafana/profiles/tried.ts';
import { inDepth } from '../support/budget.ts';

const COUNT = 120;
/** Some more than two pages of a thousand. */
const DASHBOARDS = 2_060;
/** One of the organization and one of a dashboard in turn: Grafana never shows those of late dashboards. */
const NOTES = Array.from({ length: 240 }, (_, index) => ({
  on: index % 2 === 0 ? -1 : (index * 97) % DASHBOARDS,
  time: index * 3_600_000,
}));
const ADMIN = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

interface Saved {
  dashboard: object;
  meta: { folderUid: string };
}

async function filled(profile: '11.6' | '12.4' | '13.2' = '12.4'): Promise<Bench> {
  const bench = await start({ profile, pageBytes: 8_000 });
  bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900, v2Share: 0 });
  return bench;
}

async function send({ grafana }: Bench, route: string, body?: object): Promise<void> {
  const [method, path] = route.split(' ');
  const answer = await fetch(grafana.url + path, {
    method,
    headers: ADMIN,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.status).toBe(200);
}

const open = (bench: Bench, uid: string, permission: 'View' | 'Edit'): Promise<void> =>
  send(bench, `POST /api/access-control/dashboards/${uid}/builtInRoles/Viewer`, { permission });

function permissionsRead({ grafana }: Bench): string[] {
  return grafana.requests.flatMap(({ path }) => /^\/api\/access-control\/dashboards\/(.+)$/.exec(path)?.[1] ?? []);
}

const actionsOf = (items: readonly PlanItem[]): string[] =>
  items.map(({ kind, uid, action }) => `${kind}/${uid} ${action}`).sort();

const permissionsIn = (items: readonly PlanItem[], uid: string): PlanItem =>
  items.find((item) => item.kind === 'dashboard-permissions' && item.uid === uid)!;

describe('a plan for everything that goes by the last backup', () => {
  it.each(newestOf('12.4', '13.2'))('takes few requests where nothing changed, on %s', async (profile) => {
    const bench = await filled(profile);
    const manifest = await bench.backup();
    const { items } = await bench.plan(manifest, { overwrite: true });
    bench.grafana.clearRequests();

    const plan = await bench.plan(manifest, { overwrite: true, byLastBackup: true });

    expect(permissionsRead(bench)).toEqual([]);
    expect(bench.grafana.requests.length).toBeLessThan(80);
    const pages = bench.grafana.requests.filter(({ path }) => path.endsWith('/dashboards'));
    expect(new Set(pages.map(({ query }) => query)).size).toBe(pages.length);
    expect(actionsOf(plan.items)).toEqual(actionsOf(items));
    const one = permissionsIn(plan.items, manifest.resources.find(({ kind }) => kind === 'dashboard')!.uid);
    expect(one).toMatchObject({ action: 'unchanged', code: 'same-as-read', params: { time: manifest.started } });
  });

  it('reads what changed since', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const [changed, deleted] = manifest.resources.filter(({ kind }) => kind === 'dashboard').map(({ uid }) => uid);
    await edit(bench.grafana.url, changed!);
    await send(bench, `DELETE /api/dashboards/uid/${deleted}`);

    const plan = await bench.plan(manifest, { overwrite: true, byLastBackup: true });

    const written = plan.items.filter(({ action }) => action === 'update' || action === 'create');
    expect(actionsOf(written)).toEqual(
      [`dashboard/${changed} update`, `dashboard/${deleted} create`, `dashboard-permissions/${deleted} create`].sort(),
    );
    expect(permissionsRead(bench)).toContain(changed);
  });

  it.each(['11.6', ...newestOf('12.4', '13.2')] as const)(
    'reads the permissions of a dashboard that was deleted and made again as it was, on %s',
    async (profile) => {
      const bench = await filled(profile);
      const board = bench.grafana.url + '/api/dashboards/uid/';
      const { uid } = (await bench.backup()).resources.find(({ kind }) => kind === 'dashboard')!;
      await open(bench, uid, 'Edit');
      const manifest = await bench.backup({ mustRead: () => true });
      const { dashboard, meta } = (await (await fetch(board + uid, { headers: ADMIN })).json()) as Saved;
      await send(bench, `DELETE /api/dashboards/uid/${uid}`);
      // Grafana keeps the time of creation in seconds.
      bench.grafana.advance(60_000);
      await send(bench, 'POST /api/dashboards/db', {
        dashboard: { ...dashboard, id: null },
        folderUid: meta.folderUid,
      });

      const plan = await bench.plan(manifest, { overwrite: true, byLastBackup: true });

      expect(plan.items.find((item) => item.kind === 'dashboard' && item.uid === uid)?.action).toBe('unchanged');
      expect(permissionsIn(plan.items, uid)).toMatchObject({ action: 'update' });
    },
  );

  it('reads the permissions of which the last backup differs from the chosen snapshot', async () => {
    const bench = await filled();
    const chosen = await bench.backup();
    const uid = chosen.resources.find(({ kind }) => kind === 'dashboard')!.uid;
    await open(bench, uid, 'Edit');
    await bench.backup({ mustRead: () => true });
    bench.grafana.clearRequests();

    const plan = await bench.plan(chosen, { overwrite: true, byLastBackup: true });

    expect(permissionsRead(bench)).toEqual([uid]);
    expect(permissionsIn(plan.items, uid)).toMatchObject({ action: 'update' });
  });

  inDepth('writes no list of permissions that it did not read', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const uid = manifest.resources.find(({ kind }) => kind === 'dashboard')!.uid;
    // Narrowed or widened: a plan may miss it, but never writes a list because of what it believes.
    await open(bench, uid, 'Edit');

    const plan = await bench.plan(manifest, { overwrite: true, byLastBackup: true });

    expect(permissionsIn(plan.items, uid)).toMatchObject({ action: 'unchanged', code: 'same-as-read' });
    expect(permissionsIn((await bench.plan(manifest, { overwrite: true })).items, uid)).toMatchObject({
      action: 'update',
    });
  });

  it('reads the permissions of single resources', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const uid = manifest.resources.find(({ kind }) => kind === 'dashboard')!.uid;
    await open(bench, uid, 'Edit');

    const only = [{ kind: 'dashboard-permissions' as const, uid }];
    const plan = await bench.plan(manifest, { overwrite: true, byLastBackup: true, selection: { only } });

    expect(permissionsIn(plan.items, uid)).toMatchObject({ action: 'update' });
  });

  it('reads everything where the last snapshot is a day old', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const later = { ...hastyClock, now: () => new Date(Date.now() + 25 * 3_600_000) };

    await bench.plan(manifest, { byLastBackup: true, clock: later });

    expect(permissionsRead(bench).length).toBeGreaterThan(COUNT);
  });
});

describe('a comparison with Grafana that goes by the last backup', () => {
  it('reads what people miss first, then the rest, and all permissions last', async () => {
    const bench = await filled();
    const manifest = await bench.backup();
    const [uid, deleted] = manifest.resources.filter(({ kind }) => kind === 'dashboard').map((one) => one.uid);
    await open(bench, uid!, 'Edit');
    await send(bench, `DELETE /api/dashboards/uid/${deleted}`);
    bench.grafana.clearRequests();
    const parts: { diff: Diff; pending: readonly KindName[] }[] = [];

    const diff = await bench.diffLive(manifest, {
      byLastBackup: true,
      onPart: (part, pending) => parts.push({ diff: part, pending }),
      // Every part is handed over.
      clock: { ...hastyClock, monotonic: () => parts.length * 10_000 },
    });

    expect(diff.changed.map(({ kind, uid: of }) => [kind, of])).toEqual([['dashboard-permissions', uid]]);
    expect(diff.removed.map(({ kind, uid: of }) => [kind, of]).sort()).toEqual([
      ['dashboard', deleted],
      ['dashboard-permissions', deleted],
    ]);
    expect(permissionsRead(bench).length).toBe(COUNT);
    expect(bench.grafana.requests.length - COUNT).toBeLessThan(80);
    const missed: KindName[] = ['folder', 'dashboard', 'alert-rule-group'];
    const [first] = parts.filter(({ pending }) => !missed.some((kind) => pending.includes(kind)));
    expect(first?.pending).toEqual(expect.arrayContaining(['team', 'library-panel', 'annotation']));
    const cheap = parts.find(({ pending }) => !pending.includes('dashboard'))!;
    expect(cheap.pending).toContain('dashboard-permissions');
    expect(cheap.diff.removed.map(({ kind }) => kind)).toEqual(['dashboard']);
  });

  it('asks for annotations in windows', async () => {
    const bench = await start({ profile: '12.4' });
    replaceDashboards(bench.grafana, DASHBOARDS);
    replaceAnnotations(bench.grafana, NOTES);
    const manifest = await bench.backup({ kinds: ['annotation'] });
    bench.grafana.clearRequests();

    const diff = await bench.diffLive(manifest, { byLastBackup: true });
    const plan = await bench.plan(manifest, { byLastBackup: true });

    expect(diff).toEqual({ added: [], changed: [], removed: [] });
    expect(new Set(plan.items.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(plan.items.length).toBe(NOTES.length);
    expect(bench.grafana.requests.length).toBeLessThan(60);
  });
});

it('a plan for one dashboard lists none of the others', async () => {
  const bench = await filled();
  const manifest = await bench.backup();
  const uid = manifest.resources.find(({ kind }) => kind === 'dashboard')!.uid;
  await open(bench, uid, 'Edit');
  bench.grafana.clearRequests();

  const plan = await bench.plan(manifest, { overwrite: true, selection: { only: [{ kind: 'dashboard', uid }] } });

  expect(permissionsIn(plan.items, uid)).toMatchObject({ action: 'skip', code: 'kept-along' });
  const lists = bench.grafana.requests.filter(({ path }) => /\/dashboards$|\/api\/search$/.test(path));
  expect(lists).toEqual([]);
  expect(bench.grafana.requests.length).toBeLessThan(20);
});
