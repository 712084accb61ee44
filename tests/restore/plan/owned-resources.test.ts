import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { applyPlan } from '../../../pkg/engine/restore/apply/apply.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, reasons, RestoreBench, stateOf } from '../harness.ts';
import { seed } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const ONLY = { only: [{ kind: 'dashboard' as const, uid: 'board' }] };
const FOLDER = { folders: [{ uid: 'infra' }] };

/** A dashboard in a folder, with annotations, permissions, a public link, and an alert rule linked to it. */
async function seeded(profile: ProfileName): Promise<Manifest> {
  bench = await RestoreBench.start({ profile, nestedFolders: true });
  await seed(bench);
  for (const [time, text] of [
    [1_700_000_000_000, 'Deployed'],
    [1_700_000_100_000, 'Rolled back'],
  ]) {
    await bench.api('POST /api/annotations', { dashboardUID: 'board', panelId: 1, time, text, tags: ['release'] });
  }
  await bench.api('POST /api/annotations', { dashboardUID: 'elsewhere', time: 1_700_000_000_000, text: 'Other' });
  await bench.api('POST /api/annotations', { time: 1_700_000_000_000, text: 'Of the organization' });
  await bench.api('POST /api/dashboards/uid/board/permissions', { items: [{ role: 'Editor', permission: 1 }] });
  await bench.api('POST /api/dashboards/uid/board/public-dashboards', { isEnabled: true });
  const good = await bench.backup();
  bench.sim.advance(60_000);
  return good;
}

function of(manifest: Manifest): string[] {
  const held = manifest.resources.filter(({ kind, facts }) => kind === 'annotation' && facts?.['of'] === 'board');
  return held.map(({ uid }) => `annotation/${uid}`);
}

describe.each(ENGINE_PROFILES)('what belongs to a dashboard of Grafana %s', (profile) => {
  it('comes back with it, and the alert rules linked to it are offered and named', async () => {
    const good = await seeded(profile);
    const before = stateOf(good);
    await bench.api('DELETE /api/dashboards/uid/board');
    bench.sim.advance(60_000);
    for (const rule of [...bench.sim.state.org(1).alerting.rules.values()]) {
      if (rule.folderUid === 'infra') {
        await bench.api(`DELETE /api/v1/provisioning/alert-rules/${rule.uid}`);
      }
    }
    const { plan, results } = await bench.apply({ manifest: good, selection: ONLY });
    expect(of(good)).toHaveLength(2);
    expect(named(plan, 'create')).toEqual(
      [...of(good), 'dashboard-permissions/board', 'dashboard/board', 'public-dashboard/board'].sort(),
    );
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(plan.missing).toEqual([
      { org: 1, kind: 'alert-rule-group', uid: 'infra/down', title: 'down', inSnapshot: true },
    ]);
    expect(plan.items.find(({ kind }) => kind === 'dashboard')!.losses).toEqual([
      'the linked alert rule group “down” is missing; add it with --also alert-rule-group/infra/down',
    ]);
    const also = [{ org: 1, kind: 'alert-rule-group' as const, uid: 'infra/down' }];
    await bench.apply({ manifest: good, selection: { ...ONLY, also } });
    expect(stateOf(await bench.backup())).toEqual(before);
  });

  it('offers the folder that is gone, and not the dashboard that was chosen', async () => {
    const good = await seeded(profile);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    bench.sim.advance(60_000);
    const plan = await bench.plan({ manifest: good, selection: ONLY });
    // What is a part of the dashboard would be invisible without it, or refused.
    expect(named(plan, 'create')).toEqual([]);
    const parts = [...of(good), 'dashboard-permissions/board', 'public-dashboard/board'];
    expect(reasons(plan, 'blocked')).toEqual({
      'dashboard/board': 'needs “Folder infra” (folder), which is missing; add it with --also folder/infra',
      ...Object.fromEntries(parts.map((name) => [name, 'needs “Board board” (dashboard), which is blocked'])),
    });
    expect(plan.missing.map(({ kind, uid }) => `${kind}/${uid}`)).toContain('folder/infra');
    expect(plan.missing.map(({ kind, uid }) => `${kind}/${uid}`)).not.toContain('dashboard/board');
  });

  it('comes back once, also while Grafana has not cleaned up after the deletion', async () => {
    const good = await seeded(profile);
    const before = stateOf(good);
    await bench.api('DELETE /api/dashboards/uid/board');
    const plan = await bench.plan({ manifest: good, selection: ONLY });
    expect(named(plan, 'create')).toEqual(expect.arrayContaining([...of(good), 'public-dashboard/board']));
    const { results } = await bench.apply({ manifest: good, selection: ONLY });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(stateOf(await bench.backup())).toEqual(before);
    const texts = [...bench.sim.state.org(1).annotations.values()].map(({ text }) => text);
    expect(texts.filter((text) => text === 'Deployed')).toHaveLength(1);
  });

  it('comes back, also when Grafana cleans up between the plan and the restore', async () => {
    const good = await seeded(profile);
    const before = stateOf(good);
    await bench.api('DELETE /api/dashboards/uid/board');
    const request = await bench.request({ manifest: good, selection: ONLY });
    const plan = await planRestore(request);
    bench.sim.advance(60_000);
    const results = await applyPlan(request, plan);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(stateOf(await bench.backup())).toEqual(before);
  });

  it('comes back with its folder', async () => {
    const good = await seeded(profile);
    const before = stateOf(good);
    await bench.api('DELETE /api/folders/infra?forceDeleteRules=true');
    const { plan, results } = await bench.apply({ manifest: good, selection: FOLDER });
    expect(named(plan, 'create')).toEqual(expect.arrayContaining([...of(good), 'public-dashboard/board']));
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(stateOf(await bench.backup())).toEqual(before);
  });

  it('is not opened again with an earlier version of it: permissions and the public link stay as they are', async () => {
    const good = await seeded(profile);
    const { body } = await bench.api('GET /api/dashboards/uid/board');
    await bench.api('POST /api/dashboards/db', {
      dashboard: { ...body.dashboard, title: 'Changed' },
      folderUid: 'infra',
    });
    const shared = await bench.api('GET /api/dashboards/uid/board/public-dashboards');
    await bench.api(`DELETE /api/dashboards/uid/board/public-dashboards/${shared.body.uid}`);
    await bench.api('POST /api/dashboards/uid/board/permissions', { items: [] });
    const overwriting = { manifest: good, selection: ONLY, options: { overwrite: true } };
    const { plan } = await bench.apply(overwriting);
    expect(named(plan, 'create', 'update')).toEqual(['dashboard/board']);
    expect(reasons(plan, 'skip')).toEqual({
      'dashboard-permissions/board':
        'exists and differs; --only dashboard-permissions/board with --overwrite replaces it',
      'public-dashboard/board':
        'its dashboard is no longer shared externally; --only public-dashboard/board shares it again',
    });
  });
});

describe('what belongs to a dashboard', () => {
  it('is removed again by undoing, and nothing else is touched', async () => {
    const good = await seeded('12.4');
    await bench.api('DELETE /api/dashboards/uid/board');
    const { run } = await bench.applyRecorded({ manifest: good, selection: ONLY }, true);
    const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
    const { plan } = await planUndo(asked, (await bench.repository.run(run))!);
    expect(named(plan, 'delete')).toEqual([...of(good), 'dashboard/board', 'public-dashboard/board'].sort());
    expect(named(plan, 'create', 'update')).toEqual([]);
  });

  it('stays as it is when a restore is undone that only changed the dashboard', async () => {
    const good = await seeded('12.4');
    const { body } = await bench.api('GET /api/dashboards/uid/board');
    const dashboard = { ...body.dashboard, title: 'Changed' };
    await bench.api('POST /api/dashboards/db', { dashboard, folderUid: 'infra' });
    const options = { overwrite: true };
    const { run } = await bench.applyRecorded({ manifest: good, selection: ONLY, options }, true);
    await bench.api('POST /api/dashboards/uid/board/permissions', { items: [] });
    const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({});
    const { plan } = await planUndo(asked, (await bench.repository.run(run))!);
    expect(named(plan)).toEqual(['dashboard/board']);
  });
});

describe('annotations of an older snapshot', () => {
  it('which does not say whose they are, come back all the same', async () => {
    const good = await seeded('12.4');
    const wanted = of(good);
    for (const entry of good.resources) {
      delete entry.facts?.['of'];
    }
    await bench.api('DELETE /api/dashboards/uid/board');
    const { plan } = await bench.apply({ manifest: good, selection: ONLY });
    expect(named(plan, 'create')).toEqual(expect.arrayContaining(wanted));
    expect(named(plan, 'create').filter((name) => name.startsWith('annotation/'))).toHaveLength(2);
  });
});
