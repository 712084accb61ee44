import { afterEach, describe, expect, it } from 'vitest';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, RestoreBench, reasons, stateOf } from '../harness.ts';
import { board, seed } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

async function seeded(profile: ProfileName): Promise<void> {
  bench = await RestoreBench.start({ profile, nestedFolders: true });
  await seed(bench);
}

const CLOSURE = [
  'alert-rule-group/infra/down',
  'dashboard-permissions/board',
  'dashboard-permissions/deep',
  'dashboard/board',
  'dashboard/deep',
  'folder-permissions/hosts',
  'folder-permissions/infra',
  'folder/hosts',
  'folder/infra',
  'library-panel/own-panel',
  'library-panel/shared-panel',
];

describe.each(TRIED_PROFILES)('a folder of Grafana %s', (profile) => {
  it('means all below it, its permissions and rules, and the library panels that its dashboards use', async () => {
    await seeded(profile);
    await bench.backup();
    const plan = await bench.plan({ selection: { folders: [{ uid: 'infra' }] } });
    expect(named(plan)).toEqual(CLOSURE);
    expect(named(plan, 'unchanged')).toEqual(CLOSURE);
  });

  it('that was deleted comes back whole, and nothing else is touched', async () => {
    await seeded(profile);
    const before = stateOf(await bench.backup());
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    await bench.api('POST /api/dashboards/db', {
      dashboard: board('elsewhere', 'Changed since', 'prom'),
      overwrite: true,
    });
    bench.sim.clearRequests();
    const { results, plan } = await bench.apply({ selection: { folders: [{ uid: 'infra' }] } });
    expect(plan.missing).toEqual([]);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    const touched = bench.sim.writes().filter(({ path }) => /elsewhere|other|datasources|contact/.test(path));
    expect(touched).toEqual([]);
    const after = stateOf(await bench.backup());
    expect(after['1/dashboard/elsewhere']).not.toBe(before['1/dashboard/elsewhere']);
    expect({ ...after, '1/dashboard/elsewhere': '', '1/dashboard-permissions/elsewhere': '' }).toEqual({
      ...before,
      '1/dashboard/elsewhere': '',
      '1/dashboard-permissions/elsewhere': '',
    });
  });

  it('is not made below one that could not be restored', async () => {
    await seeded(profile);
    await bench.backup();
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    bench.sim.setFaults({ match: /^POST \/apis?\/.*folders$/, times: 1, action: { kind: 'status', status: 400 } });
    const { results } = await bench.apply({ selection: { folders: [{ uid: 'infra' }] } });
    expect(results.find(({ uid, kind }) => kind === 'folder' && uid === 'hosts')).toMatchObject({
      outcome: 'failed',
      reason: 'its folder “Folder infra” could not be restored',
    });
    expect([...bench.sim.state.org(1).folders.keys()].sort()).toEqual(['other', 'shared']);
  });

  it('is made when the one above it could be restored at the second attempt', async () => {
    await seeded(profile);
    await bench.backup();
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    bench.sim.setFaults({ match: /^POST \/apis?\/.*folders$/, times: 1, action: { kind: 'status', status: 500 } });
    const { results } = await bench.apply({ selection: { folders: [{ uid: 'infra' }] } });
    expect(results.filter(({ kind, outcome }) => kind === 'folder' && outcome !== 'verified')).toEqual([]);
    expect(bench.sim.state.org(1).folders.get('hosts')?.parentUid).toBe('infra');
  });

  it('below one that is missing, too, is blocked and the missing one offered', async () => {
    await seeded(profile);
    await bench.backup();
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    const plan = await bench.plan({ selection: { folders: [{ uid: 'hosts' }] } });
    expect(plan.missing).toContainEqual({
      org: 1,
      kind: 'folder',
      uid: 'infra',
      title: 'Folder infra',
      inSnapshot: true,
    });
  });
});

describe('a selection of folders', () => {
  it('that are not in the snapshot is refused', async () => {
    await seeded('13.2');
    await bench.backup();
    await expect(bench.plan({ selection: { folders: [{ uid: 'nowhere' }] } })).rejects.toThrow("no folder 'nowhere'");
  });

  it('is narrowed down by kinds', async () => {
    await seeded('13.2');
    await bench.backup();
    const plan = await bench.plan({ selection: { folders: [{ uid: 'infra' }], kinds: ['dashboard'] } });
    expect(named(plan)).toEqual(['dashboard/board', 'dashboard/deep']);
  });

  it('leaves managed resources alone unless asked', async () => {
    await seeded('13.2');
    bench.sim.state.org(1).dashboards.get('board')!.managedBy = { kind: 'repo', id: 'git', allowsEdits: true };
    await bench.backup();
    bench.sim.state.org(1).dashboards.delete('board');
    const selection = { folders: [{ uid: 'infra' }] };
    const plan = await bench.plan({ selection });
    expect(reasons(plan, 'skip')).toMatchObject({
      'dashboard/board': expect.stringContaining('managed by repo (git)'),
    });
    expect(named(await bench.plan({ selection, options: { includeManaged: true } }), 'create')).toContain(
      'dashboard/board',
    );
  });
});
