import { describe, expect, it } from 'vitest';
import type { KindName } from '../../../../pkg/contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../../pkg/contract/manifest.ts';
import { TRIED_PROFILES } from '../../../support/grafana/profiles/tried.ts';
import { type Bench, start } from '../../harness.ts';

const KINDS: KindName[] = ['folder', 'dashboard', 'folder-permissions', 'dashboard-permissions'];
const ADMIN = { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' };
const ONLY_EDITORS = { items: [{ role: 'Editor', permission: 2 }] };

async function send({ grafana }: Bench, route: string, body?: object): Promise<void> {
  const [method, path] = route.split(' ');
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(grafana.url + path, { method, headers: ADMIN, ...text });
  expect(answer.status).toBe(200);
}

const save = (bench: Bench, uid: string, title: string): Promise<void> =>
  send(bench, 'POST /api/dashboards/db', { dashboard: { uid, title, panels: [], schemaVersion: 39 }, overwrite: true });

const narrow = (bench: Bench, uid: string): Promise<void> =>
  send(bench, `POST /api/dashboards/uid/${uid}/permissions`, ONLY_EDITORS);

/** Deletes something when its permissions are about to be read, then takes a backup. */
async function deletedIn(bench: Bench, what: 'dashboards' | 'folders', uid: string): Promise<Manifest> {
  const path = what === 'dashboards' ? `/api/dashboards/uid/${uid}` : `/api/folders/${uid}`;
  bench.grafana.setFaults({
    match: `GET /api/access-control/${what}/${uid}`,
    times: 1,
    action: { kind: 'before', run: () => send(bench, `DELETE ${path}`) },
  });
  // All permissions are read.
  const manifest = await bench.backup({ kinds: KINDS, fullReadEvery: 1 });
  bench.grafana.setFaults();
  return manifest;
}

function entry(manifest: Manifest, kind: KindName, uid: string): ManifestEntry | undefined {
  return manifest.resources.find((one) => one.kind === kind && one.uid === uid);
}

describe.each(TRIED_PROFILES)('what is deleted from Grafana %s between its content and its permissions', (profile) => {
  it('keeps the permissions of the last snapshot, and is restored with them', async () => {
    const bench = await start({ profile });
    await save(bench, 'payroll', 'Payroll');
    await narrow(bench, 'payroll');
    const first = await bench.backup({ kinds: KINDS });

    const second = await deletedIn(bench, 'dashboards', 'payroll');

    expect(second.status).toBe('complete');
    expect(second.skipped).toEqual([]);
    expect(entry(second, 'dashboard', 'payroll')?.title).toBe('Payroll');
    const kept = entry(second, 'dashboard-permissions', 'payroll');
    expect(kept).toMatchObject({ title: 'Payroll', readAt: first.started });
    expect(kept?.object).toBe(entry(first, 'dashboard-permissions', 'payroll')?.object);
    expect(second.kinds['dashboard-permissions']?.oldestReadAt).toBe(first.started);

    await bench.apply(second, { selection: { only: [{ kind: 'dashboard', uid: 'payroll' }] } });
    const restored = await bench.backup({ kinds: KINDS });
    expect(entry(restored, 'dashboard-permissions', 'payroll')?.object).toBe(kept?.object);
  });

  it('is left out when no snapshot knows its permissions', async () => {
    const bench = await start({ profile });
    await bench.backup({ kinds: KINDS });
    await save(bench, 'payroll', 'Payroll');
    await narrow(bench, 'payroll');

    const second = await deletedIn(bench, 'dashboards', 'payroll');

    expect(second.status).toBe('complete');
    expect(second.resources.filter(({ uid }) => uid === 'payroll')).toEqual([]);
    const skipped = { uid: 'payroll', code: 'deleted-meanwhile' };
    expect(second.skipped).toHaveLength(2);
    expect(second.skipped).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'dashboard', ...skipped }),
        expect.objectContaining({ kind: 'dashboard-permissions', ...skipped }),
      ]),
    );
    const { listed, stored, reused, skipped: left, failed } = second.kinds['dashboard']!;
    expect(stored + reused + left + failed).toBe(listed);
  });

  it('is left out when it was created again since the last snapshot, perhaps for fewer people', async () => {
    const bench = await start({ profile });
    await save(bench, 'payroll', 'Payroll');
    await bench.backup({ kinds: KINDS });
    await send(bench, 'DELETE /api/dashboards/uid/payroll');
    // Grafana keeps the time of creation in seconds.
    bench.grafana.advance(60_000);
    await save(bench, 'payroll', 'Payroll');
    await narrow(bench, 'payroll');

    const second = await deletedIn(bench, 'dashboards', 'payroll');

    expect(second.resources.filter(({ uid }) => uid === 'payroll')).toEqual([]);
  });

  it('keeps the permissions of a folder', async () => {
    const bench = await start({ profile });
    await send(bench, 'POST /api/folders', { uid: 'finance', title: 'Finance' });
    await send(bench, 'POST /api/folders/finance/permissions', ONLY_EDITORS);
    const first = await bench.backup({ kinds: KINDS });

    const second = await deletedIn(bench, 'folders', 'finance');

    expect(second.status).toBe('complete');
    const kept = entry(second, 'folder-permissions', 'finance');
    expect(kept).toMatchObject({ title: 'Finance', folderUid: 'finance' });
    expect(kept?.object).toBe(entry(first, 'folder-permissions', 'finance')?.object);
  });

  it('is a problem if it is there all the same', async () => {
    const bench = await start({ profile });
    await save(bench, 'payroll', 'Payroll');
    await bench.backup({ kinds: KINDS });
    await save(bench, 'payroll', 'Payroll 2');
    bench.grafana.setFaults({
      match: 'GET /api/access-control/dashboards/payroll',
      action: { kind: 'status', status: 404, body: { message: 'not found' } },
    });

    const second = await bench.backup({ kinds: KINDS });

    expect(second.status).toBe('partial');
    expect(second.errors).toEqual([
      expect.objectContaining({ kind: 'dashboard-permissions', uid: 'payroll', code: 'permissions-missing' }),
    ]);
    expect(entry(second, 'dashboard', 'payroll')?.title).toBe('Payroll 2');
  });
});
