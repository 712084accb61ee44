import { afterEach, describe, expect, it } from 'vitest';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../support/grafana/profiles/tried.ts';
import { named, stateOf, type RestoreBench } from './harness.ts';
import { seededBenches } from './seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const open = seededBenches((made) => made.api('POST /api/folders', { uid: 'copies', title: 'Copies' }));

async function seeded(profile: ProfileName): Promise<void> {
  bench = await open(profile);
}

const COPY = { selection: { folders: [{ uid: 'infra' }] }, options: { copy: { folderUid: 'copies' } } };

describe.each(ENGINE_PROFILES)('copies in Grafana %s', (profile) => {
  it('have their own uids, refer to one another, and leave the originals as they are', async () => {
    await seeded(profile);
    const before = stateOf(await bench.backup());
    const { results, plan } = await bench.apply(COPY);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    const uidOf = (kind: string, uid: string): string =>
      plan.items.find((item) => item.kind === kind && item.uid === uid)!.targetUid!;
    // A link to the result must lead to the copy, not to the original.
    expect(results.map(({ found }) => found)).toEqual(
      results.map(({ kind, uid }) => ({ org: 1, uid: uidOf(kind, uid) })),
    );
    const org = bench.sim.state.org(1);
    expect(org.folders.get(uidOf('folder', 'infra'))).toMatchObject({ title: 'Folder infra', parentUid: 'copies' });
    expect(org.folders.get(uidOf('folder', 'hosts'))!.parentUid).toBe(uidOf('folder', 'infra'));
    const copy = org.dashboards.get(uidOf('dashboard', 'board'))!;
    expect(copy.folderUid).toBe(uidOf('folder', 'infra'));
    expect(copy.body.text()).toContain(uidOf('library-panel', 'own-panel'));
    expect(org.dashboards.get(uidOf('dashboard', 'deep'))!.body.text()).toContain('shared-panel');
    expect(uidOf('alert-rule-group', 'infra/down')).toBe(`${uidOf('folder', 'infra')}/down`);
    const rule = [...org.alerting.rules.values()].find((one) => one.folderUid === uidOf('folder', 'infra'))!;
    expect(rule.uid).not.toBe('infra-down');
    expect(rule.fields['annotations']).toMatchObject({ __dashboardUid__: copy.uid });
    const after = stateOf(await bench.backup());
    expect(after).toMatchObject(before);
  });

  it('of alert rules come paused, so that nothing fires twice, and the plan says so', async () => {
    await seeded(profile);
    const { plan } = await bench.apply(COPY);
    const group = plan.items.find(({ kind }) => kind === 'alert-rule-group')!;
    expect(group).toMatchObject({ action: 'create', losses: [expect.stringMatching(/^its rules are paused/)] });
    const { rules } = bench.sim.state.org(1).alerting;
    const copied = [...rules.values()].filter(({ folderUid }) => group.targetUid?.startsWith(`${folderUid}/`));
    expect(copied.map(({ fields }) => fields['isPaused'])).toEqual([true]);
    expect(rules.get('infra-down')!.fields['isPaused'] ?? false).toBe(false);
    expect(named(await bench.plan({ ...COPY, manifest: await bench.repository.manifest('latest') }), 'update')).toEqual(
      [],
    );
  });

  it('are the same copies when it is done again', async () => {
    await seeded(profile);
    await bench.apply(COPY);
    const manifest = await bench.repository.manifest('latest');
    const count = bench.sim.state.org(1).dashboards.size;
    const again = await bench.plan({ ...COPY, manifest });
    expect(named(again, 'create', 'update', 'blocked')).toEqual([]);
    expect(bench.sim.state.org(1).dashboards.size).toBe(count);
  });

  it('go to another org with what they need there', async () => {
    await seeded(profile);
    const org = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    await bench.api(
      'POST /api/datasources',
      { uid: 'p2', name: 'Prometheus', type: 'prometheus', access: 'proxy' },
      org,
    );
    const selection = { only: [{ kind: 'dashboard' as const, uid: 'root' }] };
    const { results, plan } = await bench.apply({ selection, options: { copy: { org, suffix: ' (from A)' } } });
    // A copy without its own permissions would show more people what somebody hid from them.
    expect(results).toMatchObject([
      { kind: 'dashboard', outcome: 'verified' },
      { kind: 'dashboard-permissions', outcome: 'verified' },
    ]);
    const [item] = plan.items;
    expect(item).toMatchObject({ targetOrg: org, targetUid: expect.not.stringMatching(/^root$/) });
    const copy = bench.sim.state.org(org).dashboards.get(item!.targetUid!)!;
    expect(copy.title).toBe('Board root (from A)');
    expect(copy.body.text()).toContain('"p2"');
    expect(bench.sim.state.org(1).dashboards.has(item!.targetUid!)).toBe(false);
  });

  it('go into a folder of another org', async () => {
    await seeded(profile);
    const org = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    await bench.api('POST /api/folders', { uid: 'there', title: 'There' }, org);
    await bench.api(
      'POST /api/datasources',
      { uid: 'p2', name: 'Prometheus', type: 'prometheus', access: 'proxy' },
      org,
    );
    const { results, plan } = await bench.apply({
      selection: { only: [{ kind: 'dashboard' as const, uid: 'root' }] },
      options: { copy: { org, folderUid: 'there' } },
    });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    const copy = plan.items[0]!.targetUid!;
    expect(bench.sim.state.org(org).dashboards.get(copy)!.folderUid).toBe('there');
    expect(bench.sim.state.org(1).dashboards.has(copy)).toBe(false);
  });

  it('are not made where the folder is one of another org: the plan says what is missing', async () => {
    await seeded(profile);
    const org = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    const plan = await bench.plan({
      selection: { only: [{ kind: 'dashboard' as const, uid: 'root' }] },
      options: { copy: { org, folderUid: 'copies' } },
    });
    expect(plan.items.map(({ action }) => action)).toEqual(['blocked', 'blocked']);
    expect(plan.items[0]!.reason).toContain('copies');
  });
});

describe('copies', () => {
  it('of a rule group in the same folder get another title', async () => {
    await seeded('13.2');
    const selection = { only: [{ kind: 'alert-rule-group' as const, uid: 'infra/down' }] };
    const { plan, results } = await bench.apply({ selection, options: { copy: {} } });
    expect(plan.items).toMatchObject([{ action: 'create', targetUid: 'infra/down (copy)' }]);
    expect(results).toMatchObject([{ outcome: 'verified' }]);
    expect(bench.sim.state.org(1).alerting.rules.has('infra-down')).toBe(true);
  });

  it('of a contact point get another name', async () => {
    await seeded('13.2');
    const selection = { only: [{ kind: 'contact-point' as const, uid: 'ops' }] };
    const { plan, results } = await bench.apply({ selection, options: { copy: { suffix: ' 2' } } });
    expect(plan.items).toMatchObject([{ action: 'create', targetUid: 'ops 2' }]);
    expect(results).toMatchObject([{ outcome: 'verified' }]);
  });

  it('leave out what is used as it is, and say so', async () => {
    await seeded('13.2');
    const plan = await bench.plan({ options: { copy: { folderUid: 'copies' } } });
    const left = plan.items.find(({ kind }) => kind === 'data-source');
    expect(left).toMatchObject({ action: 'skip', reason: 'copies use the existing one' });
  });

  it('of a managed dashboard belong to nobody, so they are made', async () => {
    await seeded('13.2');
    bench.sim.state.org(1).dashboards.get('root')!.managedBy = { kind: 'repo', id: 'git' };
    await bench.backup();
    const selection = { only: [{ kind: 'dashboard' as const, uid: 'root' }] };
    const { results } = await bench.apply({ selection, options: { copy: {} } });
    expect(results).toMatchObject([
      { kind: 'dashboard', outcome: 'verified' },
      { kind: 'dashboard-permissions', outcome: 'verified' },
    ]);
  });
});
