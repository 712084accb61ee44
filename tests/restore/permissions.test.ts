import { afterEach, describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../support/grafana/profiles.ts';
import { named, reasons, RestoreBench } from './harness.ts';
import { seed } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

describe.each(PROFILE_NAMES)('permissions of a folder in Grafana %s', (profile) => {
  it('that somebody changed stay as they are without --overwrite', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    await bench.backup();
    bench.sim.advance(60_000);
    await bench.api('POST /api/folders/infra/permissions', { items: [{ role: 'Editor', permission: 4 }] });
    const plan = await bench.plan({ selection: { kinds: ['folder-permissions'] } });
    expect(reasons(plan, 'skip')).toEqual({
      'folder-permissions/infra': 'is there and differs; --overwrite replaces it',
    });
  });

  it('come back to a folder that was made anew since the snapshot', async () => {
    bench = await RestoreBench.start({ profile, nestedFolders: true });
    await seed(bench);
    await bench.backup();
    bench.sim.advance(60_000);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    await bench.api('POST /api/folders', { uid: 'infra', title: 'Folder infra' });
    const plan = await bench.plan({ selection: { kinds: ['folder-permissions'] } });
    expect(reasons(plan, 'update')).toEqual({
      'folder-permissions/infra': 'is what Grafana gave to a folder that was made after the snapshot',
    });
  });
});

describe.each(PROFILE_NAMES)('permissions of what somebody else manages in Grafana %s', (profile) => {
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
    bench = await RestoreBench.start({ profile: '13.2', nestedFolders: true });
    await seed(bench);
    await bench.backup();
    bench.sim.wipe();
    const plan = await bench.plan({ selection: { only: [{ kind: 'dashboard-permissions', uid: 'root' }] } });
    expect(reasons(plan, 'blocked')).toEqual({
      'dashboard-permissions/root':
        "needs the dashboard 'Board root', which is not there; add it with --only dashboard/root",
    });
  });
});
