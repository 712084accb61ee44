import { expect, it } from 'vitest';
import type { KindName } from '../../../pkg/contract/kinds.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { diffLive } from '../../../pkg/engine/live-diff.ts';
import { call } from '../../simulator/http.ts';
import { start, type Bench } from '../../engine/harness.ts';
import { realClock } from '../../support/ports.ts';

/** A folder for everyone and one that only admins may see, each with a dashboard. */
async function withHidden(): Promise<Bench> {
  const bench = await start({ profile: '12.4' });
  const api = (route: string, body: unknown) => call(bench.grafana, 'admin:admin', route, body);
  for (const uid of ['open', 'payroll']) {
    const dashboard = { uid: `${uid}-board`, title: uid };
    await api('POST /api/folders', { uid, title: uid });
    expect((await api('POST /api/dashboards/db', { dashboard, folderUid: uid })).status).toBe(200);
    const note = { dashboardUID: `${uid}-board`, time: 1_700_000_000_000, text: uid };
    expect((await api('POST /api/annotations', note)).status).toBe(200);
    expect((await api('POST /api/snapshots', { dashboard, name: uid, key: uid })).status).toBe(200);
  }
  const permissions = ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission: '' }));
  await api('POST /api/access-control/folders/payroll', { permissions });
  return bench;
}

/** A backup by an account with that role. */
async function backupBy(role: 'Admin' | 'Editor' | 'Viewer'): Promise<Manifest> {
  const bench = await withHidden();
  const instance = await bench.instance({ token: bench.grafana.token({ role }) });
  return bench.backup({
    instance,
    kinds: ['folder', 'dashboard', 'annotation', 'dashboard-snapshot', 'library-panel', 'public-dashboard'],
  });
}

const namesOf = ({ resources }: Manifest): string[] =>
  resources.map(({ kind, uid, title }) => `${kind} ${kind === 'annotation' ? title : uid}`).toSorted();

it.each(['Viewer', 'Editor'] as const)(
  'is partial for a token with the role %s, and names each kind of which Grafana may hide something',
  async (role) => {
    const manifest = await backupBy(role);
    expect(manifest.status).toBe('partial');
    expect(namesOf(manifest)).toEqual(['annotation open', 'dashboard open-board', 'folder open']);
    const found = manifest.errors.map(({ kind, uid, reason }) => `${kind}${uid}: ${reason}`).toSorted();
    const onDashboards = 'without dashboards:read on dashboards:* and folders:*';
    expect(found).toEqual([
      expect.stringContaining(`annotation: ${onDashboards}`),
      expect.stringContaining('dashboard-snapshot: without org.users:write'),
      expect.stringContaining(`dashboard: ${onDashboards}`),
      expect.stringContaining('folder: without folders:read on folders:*'),
      expect.stringContaining('library-panel: without folders:read on folders:*'),
      expect.stringContaining('public-dashboard: without dashboards:read on dashboards:*'),
    ]);
    expect(found.every((text) => text.includes('The Admin role includes it'))).toBe(true);
  },
);

it('is complete for an admin', async () => {
  const manifest = await backupBy('Admin');
  expect([manifest.status, manifest.errors]).toEqual(['complete', []]);
  expect(namesOf(manifest)).toHaveLength(8);
});

it('is not compared with what Grafana hides as if that were gone', async () => {
  const bench = await withHidden();
  const kinds: KindName[] = ['folder', 'dashboard'];
  const manifest = await bench.backup({ kinds });
  expect(namesOf(manifest)).toHaveLength(4);
  const instance = await bench.instance({ token: bench.grafana.token({ role: 'Editor' }) });
  const ports = { clock: realClock, log: silentLog, signal: new AbortController().signal };
  const { removed, errors } = await diffLive({ ...ports, manifest, repository: bench.repository, instance });
  expect(removed).toEqual([]);
  expect(errors).toEqual(kinds.map((kind) => expect.objectContaining({ kind, uid: '', code: 'list-hides' })));
});
