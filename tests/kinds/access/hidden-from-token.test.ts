import { expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { call } from '../../simulator/http.ts';
import { start } from '../../engine/harness.ts';

/** A backup, by an account with that role, of a folder for everyone and of one that only admins may see. */
async function backupBy(role: 'Admin' | 'Editor' | 'Viewer'): Promise<Manifest> {
  const bench = await start({ profile: '12.4' });
  const api = (route: string, body: unknown) => call(bench.grafana, 'admin:admin', route, body);
  for (const uid of ['open', 'payroll']) {
    const dashboard = { uid: `${uid}-board`, title: uid };
    await api('POST /api/folders', { uid, title: uid });
    expect((await api('POST /api/dashboards/db', { dashboard, folderUid: uid })).status).toBe(200);
    expect((await api('POST /api/snapshots', { dashboard, name: uid, key: uid })).status).toBe(200);
  }
  const permissions = ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' }));
  await api('POST /api/access-control/folders/payroll', { permissions });
  const instance = await bench.instance({ token: bench.grafana.token({ role }) });
  return bench.backup({
    instance,
    kinds: ['folder', 'dashboard', 'dashboard-snapshot', 'library-panel', 'public-dashboard'],
  });
}

const namesOf = ({ resources }: Manifest): string[] => resources.map(({ kind, uid }) => `${kind} ${uid}`).toSorted();

it.each(['Viewer', 'Editor'] as const)(
  'is partial for a token with the role %s, and names each kind of which Grafana may hide something',
  async (role) => {
    const manifest = await backupBy(role);
    expect(manifest.status).toBe('partial');
    expect(namesOf(manifest)).toEqual(['dashboard open-board', 'folder open']);
    const found = manifest.errors.map(({ kind, uid, reason }) => `${kind}${uid}: ${reason}`).toSorted();
    expect(found).toEqual([
      expect.stringContaining('dashboard-snapshot: some may be missing: without org.users:write'),
      expect.stringContaining('dashboard: some may be missing: without dashboards:read on dashboards:* and folders:*'),
      expect.stringContaining('folder: some may be missing: without folders:read on folders:*'),
      expect.stringContaining('library-panel: some may be missing: without folders:read on folders:*'),
      expect.stringContaining('public-dashboard: some may be missing: without dashboards:read on dashboards:*'),
    ]);
    expect(found.every((text) => text.includes('The Admin role includes it'))).toBe(true);
  },
);

it('is complete for an admin', async () => {
  const manifest = await backupBy('Admin');
  expect([manifest.status, manifest.errors]).toEqual(['complete', []]);
  expect(namesOf(manifest)).toHaveLength(6);
});
