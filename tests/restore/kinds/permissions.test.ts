import { afterEach, describe, expect, it } from 'vitest';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { provisionDashboard, provisionFolder } from '../../support/grafana/seed/provisioned.ts';
import { named, reasons, RestoreBench } from '../harness.ts';
import { board, seed, seededBenches } from '../seed.ts';

/** What Grafana gives at the root to what nobody made. */
const DEFAULT = [
  { role: 'Viewer', permission: 1 },
  { role: 'Editor', permission: 2 },
];

let bench: RestoreBench;
afterEach(() => bench.close());

const seeded = seededBenches();

describe.each(ENGINE_PROFILES)('permissions of a folder in Grafana %s', (profile) => {
  it('that somebody changed stay as they are without --overwrite', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    const viewers = { role: 'Viewer', permission: 1 };
    await bench.api('POST /api/folders/infra/permissions', { items: [viewers] });
    await bench.backup();
    bench.sim.advance(60_000);
    const kept = async (items: object[]): Promise<string | undefined> => {
      await bench.api('POST /api/folders/infra/permissions', { items });
      const plan = await bench.plan({ selection: { kinds: ['folder-permissions'] } });
      return reasons(plan, 'skip')['folder-permissions/infra'];
    };
    expect(await kept([])).toBe('exists and grants less access than the snapshot does; --overwrite replaces it');
    expect(await kept([viewers, { role: 'Editor', permission: 4 }])).toBe(
      'exists and grants more access than the snapshot does; --overwrite replaces it',
    );
    expect(await kept([{ role: 'Editor', permission: 4 }])).toBe('exists and differs; --overwrite replaces it');
  });

  it('come back to a folder that was made again since the snapshot', async () => {
    bench = await seeded(profile);
    bench.sim.advance(60_000);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    await bench.api('POST /api/folders', { uid: 'infra', title: 'Folder infra' });
    const plan = await bench.plan({ selection: { kinds: ['folder-permissions'] } });
    expect(reasons(plan, 'update')).toEqual({
      'folder-permissions/infra': 'replaces Grafana’s default for a newer folder',
    });
  });
});

describe.each(ENGINE_PROFILES)('permissions that somebody narrowed after a restore in Grafana %s', (profile) => {
  const PERMISSIONS = { kinds: ['folder-permissions', 'dashboard-permissions'] as const };
  const PATHS: [string, string][] = [
    ['folder-permissions/infra', '/api/folders/infra/permissions'],
    ['dashboard-permissions/root', '/api/dashboards/uid/root/permissions'],
    ['dashboard-permissions/board', '/api/dashboards/uid/board/permissions'],
  ];

  const permitted = seededBenches(async (first) => {
    for (const [, path] of PATHS) {
      await first.api(`POST ${path}`, { items: [...DEFAULT, { userId: 1, permission: 4 }] });
    }
    await first.api('POST /api/dashboards/uid/board/permissions', { items: [{ role: 'Editor', permission: 2 }] });
  });

  async function restoredAfterDeletion(): Promise<Manifest> {
    bench = await permitted(profile);
    const good = await bench.repository.manifest('latest');
    bench.sim.advance(60_000);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    await bench.api('DELETE /api/dashboards/uid/root');
    const { results } = await bench.applyRecorded({ manifest: good });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    bench.sim.advance(60_000);
    return good;
  }

  it.each(PATHS)('stay as they are without --overwrite, and come back with it: %s', async (name, path) => {
    const good = await restoredAfterDeletion();
    // Nobody but the administrators; inside a folder that is also what Grafana gives by itself.
    await bench.api(`POST ${path}`, { items: [] });
    const plan = await bench.plan({ manifest: good, selection: PERMISSIONS });
    expect(reasons(plan, 'skip')).toEqual({
      [name]: 'exists and grants less access than the snapshot does; --overwrite replaces it',
    });
    expect(named(await bench.plan({ manifest: good, options: { overwrite: true } }), 'update')).toEqual([name]);
  });

  it('come back where a later restore made the dashboard once more, and not its permissions', async () => {
    const good = await restoredAfterDeletion();
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    bench.sim.setFaults({
      match: 'POST /api/access-control/dashboards/board*',
      action: { kind: 'status', status: 403 },
    });
    const { results } = await bench.applyRecorded({ manifest: good });
    const failed = results.filter(({ outcome }) => outcome !== 'verified').map(({ kind, uid }) => `${kind}/${uid}`);
    expect(failed).toEqual(['dashboard-permissions/board']);
    bench.sim.setFaults();
    const plan = await bench.plan({ manifest: good });
    expect(reasons(plan, 'update')).toMatchObject({
      'dashboard-permissions/board': 'replaces Grafana’s default for a newer dashboard',
    });
  });

  it('are skipped if Grafana refuses their dashboard', async () => {
    const good = await restoredAfterDeletion();
    await bench.api('DELETE /api/dashboards/uid/root');
    bench.sim.setFaults({ match: /^POST .*\/dashboards(\/db)?(\?|$)/, action: { kind: 'status', status: 400 } });
    bench.sim.clearRequests();
    const { results } = await bench.applyRecorded({ manifest: good });
    const outcomes = results.map(({ kind, uid, outcome, reason }) => [`${kind}/${uid}`, outcome, reason]);
    expect(outcomes).toContainEqual(['dashboard/root', 'failed', expect.any(String)]);
    expect(outcomes).toContainEqual(['dashboard-permissions/root', 'skipped', 'its dashboard could not be restored']);
    expect(bench.sim.writes().filter(({ path }) => path.includes('permissions'))).toEqual([]);
    bench.sim.setFaults();
    expect(named(await bench.plan({ manifest: good }), 'create')).toContain('dashboard/root');
  });

  it('stay as they are also where the dashboard was made by hand', async () => {
    const good = await restoredAfterDeletion();
    await bench.api('DELETE /api/dashboards/uid/root');
    await bench.api('POST /api/dashboards/db', { dashboard: board('root', 'Board root', 'prom') });
    await bench.api('POST /api/dashboards/uid/root/permissions', { items: [{ role: 'Editor', permission: 2 }] });
    const plan = await bench.plan({ manifest: good, selection: PERMISSIONS });
    expect(reasons(plan, 'skip')).toEqual({
      'dashboard-permissions/root': 'exists and grants less access than the snapshot does; --overwrite replaces it',
    });
  });
});

describe.each(ENGINE_PROFILES)('permissions of what somebody else manages in Grafana %s', (profile) => {
  const MANAGED = { kind: 'repo', id: 'git', allowsEdits: true } as const;
  const FILE = {
    kind: 'classic-file-provisioning',
    id: 'boards',
    allowsEdits: false,
    sourcePath: 'root.json',
  } as const;

  it.each([
    ['with the managed folder and dashboard', undefined],
    ['alone', ['folder-permissions', 'dashboard-permissions'] as const],
  ])('are skipped for the same reason, %s', async (_, kinds) => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    const org = bench.sim.state.org(1);
    org.dashboards.get('root')!.managedBy = FILE;
    org.folders.get('other')!.managedBy = MANAGED;
    await bench.backup();
    bench.sim.wipe();
    const selection = { ...(kinds === undefined ? {} : { kinds }) };
    const { plan, results } = await bench.apply({ selection });
    const skipped = reasons(plan, 'skip');
    expect(skipped['dashboard-permissions/root']).toMatch(/^its dashboard is managed by .+ --include-managed/);
    expect(skipped['folder-permissions/other']).toMatch(/^its folder is managed by repo.*--include-managed/);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
  });

  it('come back each time that files, which know no permissions, bring the dashboard and the folder again', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    const provision = (): void => {
      bench.sim.wipe();
      bench.sim.advance(600_000);
      const { state } = bench.sim;
      const org = state.org(1);
      provisionFolder(state, org, { provider: 'boards', uid: 'files', title: 'Files' });
      const spec = board('root', 'Board root', 'prom') as JsonObject;
      provisionDashboard(state, org, { provider: 'boards', file: 'root.json', spec });
    };
    provision();
    const PATHS = ['/api/dashboards/uid/root/permissions', '/api/folders/files/permissions'];
    const close = (items: object[]) => Promise.all(PATHS.map((path) => bench.api(`POST ${path}`, { items })));
    await close([{ role: 'Editor', permission: 1 }]);
    const manifest = await bench.backup();
    for (const time of ['first', 'second']) {
      provision();
      const { plan, results } = await bench.applyRecorded({ manifest });
      expect(reasons(plan, 'update'), time).toMatchObject({
        'dashboard-permissions/root': expect.stringContaining('default'),
        'folder-permissions/files': expect.stringContaining('default'),
      });
      expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    }
    bench.sim.advance(600_000);
    await close(DEFAULT);
    expect(reasons(await bench.plan({ manifest }), 'skip')).toMatchObject({
      'dashboard-permissions/root': 'exists and grants more access than the snapshot does; --overwrite replaces it',
      'folder-permissions/files': 'exists and grants more access than the snapshot does; --overwrite replaces it',
    });
  });

  it('come back with it when that is asked for', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    bench.sim.state.org(1).folders.get('other')!.managedBy = MANAGED;
    await bench.backup();
    bench.sim.wipe();
    const { plan } = await bench.apply({ options: { includeManaged: true } });
    expect(named(plan, 'create')).toEqual(expect.arrayContaining(['folder/other', 'folder-permissions/other']));
  });
});

describe('permissions', () => {
  it('of a dashboard that is neither there nor restored are blocked, and the dashboard is offered', async () => {
    bench = await seeded('13.2');
    bench.sim.wipe();
    const plan = await bench.plan({ selection: { only: [{ kind: 'dashboard-permissions', uid: 'root' }] } });
    expect(reasons(plan, 'blocked')).toEqual({
      'dashboard-permissions/root':
        'needs “Board root” (dashboard), which is missing; add it with --also dashboard/root',
    });
  });
});
