import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, reasons, type RestoreBench } from '../harness.ts';
import { board, seededBenches } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const open = seededBenches();

const EXTRA = { options: { deleteExtra: true } };
const IN_INFRA = { selection: { folders: [{ uid: 'infra' }] }, ...EXTRA };

/** A snapshot, and then things that it lacks: in `infra`, in `other`, and an org-wide timing. */
async function withExtras(profile: ProfileName): Promise<Manifest> {
  bench = await open(profile);
  const manifest = await bench.repository.manifest('latest');
  await bench.api('POST /api/folders', { uid: 'new-folder', title: 'New', parentUid: 'infra' });
  for (const [uid, folderUid] of [
    ['new-in-infra', 'infra'],
    ['new-below', 'new-folder'],
    ['new-in-other', 'other'],
  ]) {
    await bench.api('POST /api/dashboards/db', { dashboard: board(uid!, `New ${uid}`, 'prom'), folderUid });
  }
  await bench.api('POST /api/v1/provisioning/mute-timings', {
    name: 'new timing',
    time_intervals: [{ years: ['2030'] }],
  });
  await bench.api('POST /api/datasources', { uid: 'new-source', name: 'New', type: 'loki', access: 'proxy' });
  return manifest;
}

function live(): string[] {
  const org = bench.sim.state.org(1);
  return [
    ...org.dashboards.keys(),
    ...org.folders.keys(),
    ...org.alerting.muteTimings.keys(),
    ...org.dataSources.keys(),
  ];
}

describe.each(ENGINE_PROFILES)('what is live and not in the snapshot, Grafana %s', (profile) => {
  it('stays unless deleting was asked for, whatever else is', async () => {
    await withExtras(profile);
    const before = live();
    const { plan } = await bench.apply({ options: { overwrite: true, includeManaged: true } });
    expect(named(plan, 'delete')).toEqual([]);
    expect(bench.sim.writes().filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(live()).toEqual(before);
  });

  it('is kept if Grafana can only reset it, such as the default notification policy', async () => {
    const manifest = await withExtras(profile);
    const { alerting } = bench.sim.state.org(1);
    alerting.policy = { ...alerting.policy, routes: [{ group_by: ['team'] }] };
    const resources = manifest.resources.filter(({ kind }) => kind !== 'notification-policy');
    const plan = await bench.plan({ ...EXTRA, manifest: { ...manifest, resources } });
    expect(named(plan, 'delete')).toContain('mute-timing/new timing');
    expect(named(plan, 'delete')).not.toContain('notification-policy/default');
  });

  it('is deleted once that was asked for and typed, folders last and empty', async () => {
    await withExtras(profile);
    const plan = await bench.plan(EXTRA);
    expect(named(plan, 'delete')).toEqual([
      'dashboard/new-below',
      'dashboard/new-in-infra',
      'dashboard/new-in-other',
      'folder/new-folder',
      'mute-timing/new timing',
    ]);
    expect(plan.confirm).toBe('Main Org.');
    bench.sim.clearRequests();
    for (const typed of [undefined, '', 'main org.', 'yes']) {
      await expect(bench.apply(EXTRA, typed)).rejects.toThrow('this deletes 5 resources that are not in the snapshot');
    }
    expect(bench.sim.writes()).toEqual([]);
    const { results } = await bench.apply(EXTRA, 'Main Org.');
    expect(results.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted', 'deleted', 'deleted', 'deleted']);
    expect(live().filter((uid) => uid.startsWith('new'))).toEqual(['new-source']);
    expect(named(await bench.plan(EXTRA), 'delete')).toEqual([]);
  });

  it('is deleted with a folder from which the restore moves something back to its place', async () => {
    await withExtras(profile);
    const dashboard = board('board', 'Board board', 'prom', 'own-panel');
    await bench.api('POST /api/dashboards/db', { dashboard, folderUid: 'new-folder', overwrite: true });
    const kept = await bench.plan(IN_INFRA);
    expect(reasons(kept, 'blocked')).toHaveProperty(['folder/new-folder']);
    const moving = { ...IN_INFRA, options: { ...IN_INFRA.options, overwrite: true } };
    expect(named(await bench.plan(moving), 'delete')).toContain('folder/new-folder');
    await bench.apply(moving, 'Folder infra');
    expect(live()).not.toContain('new-folder');
    expect(bench.sim.state.org(1).dashboards.get('board')?.folderUid).toBe('infra');
  });

  it('outside the selected folder stays', async () => {
    await withExtras(profile);
    const plan = await bench.plan(IN_INFRA);
    expect(named(plan, 'delete')).toEqual(['dashboard/new-below', 'dashboard/new-in-infra', 'folder/new-folder']);
    expect(plan.confirm).toBe('Folder infra');
    await bench.apply(IN_INFRA, 'Folder infra');
    expect(live()).toContain('new-in-other');
    expect(live()).toContain('new timing');
  });
});

describe('nothing is deleted', () => {
  it('of a kind that the snapshot could not read to its end', async () => {
    const manifest = await withExtras('13.2');
    const problem = { org: 1, kind: 'dashboard' as const, uid: 'lost', reason: '500' };
    const failed = { ...manifest.kinds, dashboard: { ...manifest.kinds.dashboard!, failed: 1 } };
    const partial = { ...manifest, kinds: failed, errors: [problem] };
    const plan = await bench.plan({ ...EXTRA, manifest: partial });
    expect(named(plan, 'delete')).toEqual(['mute-timing/new timing']);
    // A folder with something in it that stays is kept, too.
    expect(reasons(plan, 'blocked')).toEqual({
      'folder/new-folder': 'not in the snapshot, but contains resources that are kept',
    });
  });

  it('of a kind that the snapshot left out', async () => {
    const manifest = await withExtras('13.2');
    const skipped = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0, reason: 'not selected' };
    const kinds = { ...manifest.kinds, dashboard: skipped, folder: skipped, 'mute-timing': skipped };
    const plan = await bench.plan({ ...EXTRA, manifest: { ...manifest, kinds } });
    expect(named(plan, 'delete')).toEqual([]);
  });

  it('that somebody else manages', async () => {
    await withExtras('13.2');
    bench.sim.state.org(1).dashboards.get('new-in-other')!.managedBy = { kind: 'repo', id: 'git', allowsEdits: true };
    const plan = await bench.plan(EXTRA);
    expect(reasons(plan, 'skip')['dashboard/new-in-other']).toBe('not in the snapshot, but managed by repo');
  });

  it('that changed since the plan was made', async () => {
    await withExtras('13.2');
    const request = await bench.request(EXTRA);
    const { planRestore } = await import('../../../pkg/engine/restore/plan/plan.ts');
    const { applyPlan } = await import('../../../pkg/engine/restore/apply/apply.ts');
    const plan = await planRestore(request);
    const dashboard = { ...board('new-in-other', 'Edited just now', 'prom'), version: 1 };
    await bench.api('POST /api/dashboards/db', { dashboard, folderUid: 'other', overwrite: true });
    await bench.api('POST /api/dashboards/db', { dashboard: board('later', 'Later', 'prom'), folderUid: 'new-folder' });
    const results = await applyPlan(request, plan);
    expect(results.filter(({ outcome }) => outcome === 'failed').map(({ uid, reason }) => `${uid}: ${reason}`)).toEqual(
      [
        'new-in-other: someone has changed it since the plan was created, so it was kept as it is',
        'new-folder: the folder is not empty, so it was not deleted',
      ],
    );
    expect(live()).toEqual(expect.arrayContaining(['new-in-other', 'later', 'new-folder']));
  });

  it('together with single resources or copies: that is refused', async () => {
    await withExtras('13.2');
    const only = [{ kind: 'dashboard' as const, uid: 'root' }];
    await expect(bench.plan({ ...EXTRA, selection: { only } })).rejects.toThrow('you cannot delete extra resources');
    await expect(bench.plan({ options: { deleteExtra: true, copy: {} } })).rejects.toThrow(
      'you cannot delete extra resources',
    );
  });
});
