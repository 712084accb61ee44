import { describe, expect, it } from 'vitest';
import type { Manifest, ManifestEntry } from '../../../pkg/contract/manifest.ts';
import type { Clock } from '../../../pkg/contract/ports.ts';
import type { AclEntry } from '../../support/grafana/model/stored.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { type Bench, start } from '../harness.ts';
import { newestOf } from '../../support/grafana/profiles/tried.ts';

const COUNT = 24;
/** One more is in the simulator from the start. */
const ALL = COUNT + 1;
const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-11-24T08:00:00Z');
const ADMIN = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

interface Saved {
  dashboard: object;
  meta: { folderUid: string };
}

/** The time at the target. */
let time = new Date(BEGIN);

function movingStore(): MemoryStore {
  return new MemoryStore({ clock: { now: () => time } });
}

/** A backup that many hours after the first one. */
function backupAt(bench: Bench, hours: number, options: Parameters<Bench['backup']>[0] = {}): Promise<Manifest> {
  time = new Date(BEGIN + hours * HOUR);
  const clock: Clock = { ...hastyClock, now: () => time };
  bench.grafana.clearRequests();
  return bench.backup({ clock, fullReadEvery: 100, ...options });
}

async function backedUp(profile: '11.6' | '12.4' | '13.2' = '12.4'): Promise<Bench & { first: Manifest }> {
  const bench = await start({ profile, pageBytes: 8_000 }, movingStore());
  bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900, v2Share: 0 });
  return { ...bench, first: await backupAt(bench, 0) };
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

/** Whose permissions were asked for. */
function permissionsRead({ grafana }: Bench, of = 'dashboards'): string[] {
  const path = new RegExp(`^/api/access-control/${of}/(.+)$`);
  return grafana.requests
    .flatMap((request) => path.exec(request.path)?.[1] ?? [])
    .filter((uid) => uid !== 'description');
}

function entry(manifest: Manifest, uid: string, kind = 'dashboard-permissions'): ManifestEntry {
  const found = manifest.resources.find((one) => one.kind === kind && one.uid === uid);
  expect(found, `${kind}/${uid}`).toBeDefined();
  return found!;
}

function someDashboard({ first }: { first: Manifest }): string {
  return first.resources.find(({ kind, folderUid }) => kind === 'dashboard' && folderUid !== undefined)!.uid;
}

const at = (hours: number): string => new Date(BEGIN + hours * HOUR).toISOString();

describe('a backup of all kinds in which nothing changed', () => {
  it.each(['11.6', ...newestOf('12.4', '13.2')] as const)(
    'asks Grafana %s for no permissions, and says since when it knows them',
    async (profile) => {
      const bench = await backedUp(profile);
      expect(permissionsRead(bench).length).toBe(ALL);

      const second = await backupAt(bench, 2);
      const third = await backupAt(bench, 4);

      expect(permissionsRead(bench)).toEqual([]);
      expect(permissionsRead(bench, 'folders')).toEqual([]);
      for (const manifest of [second, third]) {
        expect(manifest.kinds['dashboard-permissions']).toMatchObject({
          reused: ALL,
          stored: 0,
          oldestReadAt: at(0),
        });
        const own = manifest.resources.filter(({ kind }) => kind === 'dashboard-permissions');
        expect(new Set(own.map(({ readAt }) => readAt))).toEqual(new Set([at(0)]));
        expect(own.map(({ object, title, folder }) => [object, title, folder])).toEqual(
          bench.first.resources
            .filter(({ kind }) => kind === 'dashboard-permissions')
            .map(({ object, title, folder }) => [object, title, folder]),
        );
      }
      expect(entry(bench.first, someDashboard(bench))).not.toHaveProperty('readAt');
      expect(bench.first.kinds['dashboard-permissions']).not.toHaveProperty('oldestReadAt');
    },
  );

  it('takes at most 100 requests, however many dashboards there are', async () => {
    const bench = await backedUp();
    bench.grafana.seedDashboards({ count: 120, folders: 6, bytes: 900, v2Share: 0, seed: 5 });
    await backupAt(bench, 1);
    await backupAt(bench, 2);

    expect(bench.grafana.requests.length).toBeLessThanOrEqual(100);
  });
});

describe('permissions are read again', () => {
  it('a day later', async () => {
    const bench = await backedUp();
    await backupAt(bench, 22);
    expect(permissionsRead(bench)).toEqual([]);

    const later = await backupAt(bench, 24);

    expect(permissionsRead(bench).length).toBe(ALL);
    expect(later.kinds['dashboard-permissions']).not.toHaveProperty('oldestReadAt');
  });

  it('immediately where the dashboard changed, moved or is new', async () => {
    const bench = await backedUp();
    const uid = someDashboard(bench);
    await send(bench, 'POST /api/dashboards/db', {
      dashboard: { uid, title: 'Moved', panels: [], schemaVersion: 39 },
      overwrite: true,
    });
    await send(bench, 'POST /api/dashboards/db', { dashboard: { uid: 'fresh', title: 'Fresh', panels: [] } });

    const second = await backupAt(bench, 2);

    expect(permissionsRead(bench).sort()).toEqual([uid, 'fresh'].sort());
    expect(entry(second, uid)).not.toHaveProperty('readAt');
    expect(entry(second, uid)).toMatchObject({ title: 'Moved', folder: '' });
    expect(entry(second, 'fresh')).not.toHaveProperty('readAt');
  });

  it.each(['11.6', ...newestOf('12.4', '13.2')] as const)(
    'immediately where the dashboard was deleted and made again as it was, on %s',
    async (profile) => {
      const bench = await backedUp(profile);
      const uid = someDashboard(bench);
      const found = await fetch(`${bench.grafana.url}/api/dashboards/uid/${uid}`, { headers: ADMIN });
      const { dashboard, meta } = (await found.json()) as Saved;
      await send(bench, `DELETE /api/dashboards/uid/${uid}`);
      // Grafana keeps the time of creation in seconds.
      bench.grafana.advance(60_000);
      await send(bench, 'POST /api/dashboards/db', {
        dashboard: { ...dashboard, id: null },
        folderUid: meta.folderUid,
      });

      const second = await backupAt(bench, 2);

      expect(entry(second, uid, 'dashboard').object).toBe(entry(bench.first, uid, 'dashboard').object);
      expect(permissionsRead(bench)).toEqual([uid]);
      expect(entry(second, uid)).not.toHaveProperty('readAt');
    },
  );

  it('by a full read', async () => {
    const bench = await backedUp();
    await backupAt(bench, 2, { fullReadEvery: 1 });
    expect(permissionsRead(bench).length).toBe(ALL);
  });

  it('when a clock ran back', async () => {
    const bench = await backedUp();
    await backupAt(bench, -5);
    expect(permissionsRead(bench).length).toBe(ALL);
  });

  it('when a team has gone that they may name', async () => {
    const bench = await start({ profile: '12.4' }, movingStore());
    bench.grafana.seedDashboards({ count: COUNT, folders: 4, bytes: 900 });
    await send(bench, 'POST /api/teams', { name: 'Night shift' });
    const [team] = [...bench.grafana.state.org(1).teams.values()].slice(-1);
    const first = await backupAt(bench, 0);
    await send(bench, `POST /api/access-control/dashboards/${someDashboard({ first })}`, {
      permissions: [{ teamId: team!.id, permission: 'Edit' }],
    });
    await send(bench, `PUT /api/teams/${team!.id}`, { name: 'Day shift' });

    await backupAt(bench, 2);

    expect(permissionsRead(bench).length).toBe(ALL);
  });

  it('where a restore is about to write', async () => {
    const bench = await backedUp();
    const uid = someDashboard(bench);

    await backupAt(bench, 2, { trigger: 'safety', mustRead: (_, one) => one === uid });

    expect(permissionsRead(bench)).toEqual([uid]);
  });
});

it('what a person changed since is in the snapshot that reads it, and not claimed before', async () => {
  const bench = await backedUp();
  const uid = someDashboard(bench);
  const acl: AclEntry[] = bench.grafana.state.org(1).dashboards.get(uid)!.acl;
  acl.push({ id: 4711, role: 'Viewer', permission: 2 });

  const unread = await backupAt(bench, 2);
  const read = await backupAt(bench, 25);

  expect(entry(unread, uid)).toMatchObject({ object: entry(bench.first, uid).object, readAt: at(0) });
  expect(entry(read, uid).object).not.toBe(entry(bench.first, uid).object);
});

describe('public dashboards', () => {
  const path = (uid: string): string => `/api/dashboards/uid/${uid}/public-dashboards`;
  const asked = ({ grafana }: Bench): string[] =>
    grafana.requests.filter(({ path: one }) => one.endsWith('/public-dashboards')).map(({ path: one }) => one);

  async function shared(): Promise<Bench & { first: Manifest; uid: string }> {
    const bench = await backedUp();
    const uid = someDashboard(bench);
    await send(bench, `POST ${path(uid)}`, { isEnabled: true, share: 'public' });
    return { ...bench, first: await backupAt(bench, 0.5), uid };
  }

  it('are listed by one request, and not read one by one while their list is the same', async () => {
    const bench = await shared();

    const second = await backupAt(bench, 2);

    expect(asked(bench)).toEqual(['/api/dashboards/public-dashboards']);
    expect(entry(second, bench.uid, 'public-dashboard').readAt).toBe(at(0.5));
  });

  it('are read when they were switched off, and a day later', async () => {
    const bench = await shared();
    const uid = bench.grafana.state.org(1).publicDashboards.get(bench.uid)!.uid;
    await send(bench, `PATCH ${path(bench.uid)}/${uid}`, { isEnabled: false });

    const second = await backupAt(bench, 2);
    expect(asked(bench)).toContain(path(bench.uid));
    expect(entry(second, bench.uid, 'public-dashboard')).not.toHaveProperty('readAt');

    await backupAt(bench, 27);
    expect(asked(bench)).toContain(path(bench.uid));
  });

  it('keep their access tokens out of the manifest', async () => {
    const bench = await shared();
    const { accessToken } = bench.grafana.state.org(1).publicDashboards.get(bench.uid)!;
    expect(JSON.stringify(bench.first)).not.toContain(accessToken);
  });
});

it('dashboard snapshots, which cannot be changed, are read once', async () => {
  const bench = await backedUp();
  const uid = someDashboard(bench);
  await send(bench, 'POST /api/snapshots', { name: 'Outage', dashboard: { uid, title: 'Outage', panels: [] } });
  const reads = (): number => bench.grafana.requests.filter(({ path }) => path.startsWith('/api/snapshots/')).length;

  await backupAt(bench, 1);
  expect(reads()).toBe(1);
  const second = await backupAt(bench, 2);
  expect(reads()).toBe(0);
  expect(second.kinds['dashboard-snapshot']).toMatchObject({ listed: 1, reused: 1 });
});

it.each([
  ['', 2 * HOUR, 0],
  [', on a machine whose clock is a little behind', HOUR / 60, HOUR / 15],
])('permissions that a restore has written since are read again%s', async (_, after, behind) => {
  const bench = await backedUp();
  const uid = someDashboard(bench);
  await send(bench, `POST /api/access-control/dashboards/${uid}/builtInRoles/Viewer`, { permission: 'Edit' });
  time = new Date(BEGIN + after);
  await bench.restoreRun(bench.first, {
    overwrite: true,
    clock: { ...hastyClock, now: () => new Date(time.getTime() - behind) },
    safetySnapshot: behind === 0,
    selection: { only: [{ kind: 'dashboard-permissions', uid }] },
  });

  const next = await backupAt(bench, 3);

  expect(entry(next, uid)).toMatchObject({ object: entry(bench.first, uid).object });
  expect(entry(next, uid)).not.toHaveProperty('readAt');
});
