import { afterEach, describe, expect, it } from 'vitest';
import type { RestoreOptions, Selection } from '../../../pkg/engine/restore/types.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const ACCOUNTS = { kinds: ['org', 'user'] as const };
const OVERWRITE: Partial<RestoreOptions> = { overwrite: true };

/** A second org, which the admin (who made it) and eva are in. */
async function seed(adminsRole: string): Promise<void> {
  const { body } = await bench.api('POST /api/orgs', { name: 'Second' });
  await bench.api('POST /api/admin/users', { login: 'eva', email: 'eva@example.org', name: 'Eva', password: 'secret' });
  await bench.api(`POST /api/orgs/${body.orgId}/users`, { loginOrEmail: 'eva', role: 'Admin' });
  await bench.api(`PATCH /api/orgs/${body.orgId}/users/1`, { role: adminsRole });
}

async function orgsOf(id: number): Promise<Record<string, string>> {
  const { body } = await bench.api(`GET /api/users/${id}/orgs`);
  return Object.fromEntries((body as { name: string; role: string }[]).map(({ name, role }) => [name, role]));
}

describe.each(TRIED_PROFILES)('orgs and users of a Grafana %s', (profile) => {
  // Grafana makes anyone who creates an org its admin: that is not somebody else's change.
  it.each(['Admin', 'Viewer'])('come back together, also the admin who creates the org (%s)', async (role) => {
    bench = await RestoreBench.start({ profile });
    await seed(role);
    await bench.backup();
    bench.sim.burn();
    const { plan, results } = await bench.apply({ selection: ACCOUNTS, options: OVERWRITE });
    expect(named(plan, 'create')).toEqual(['org/Second', 'user/eva']);
    expect(named(plan, 'update')).toEqual(['user/admin']);
    expect(results.map(({ uid, outcome, reason }) => `${uid}: ${outcome} ${reason}`).sort()).toEqual([
      'Second: verified ',
      'admin: verified ',
      'eva: verified ',
    ]);
    expect(await orgsOf(1)).toEqual({ 'Main Org.': 'Admin', Second: role });
  });
});

describe('an account', () => {
  it('keeps its memberships of other orgs, and counts as restored', async () => {
    bench = await RestoreBench.start({ profile: '13.2' });
    await seed('Admin');
    await bench.backup();
    const { body } = await bench.api('POST /api/orgs', { name: 'Third' });
    const eva = (await bench.api('GET /api/users/lookup?loginOrEmail=eva')).body.id as number;
    await bench.api(`POST /api/orgs/${body.orgId}/users`, { loginOrEmail: 'eva', role: 'Viewer' });
    await bench.api(`PUT /api/users/${eva}`, { login: 'eva', email: 'eva@example.org', name: 'Somebody' });
    const { results } = await bench.apply({ selection: ACCOUNTS, options: OVERWRITE });
    expect(results).toMatchObject([{ uid: 'eva', outcome: 'verified' }]);
    expect(await orgsOf(eva)).toMatchObject({ Second: 'Admin', Third: 'Viewer' });
  });

  it('that exists keeps its password, and the plan says so of one that is supplied', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await seed('Admin');
    await bench.backup();
    const secrets: RestoreOptions['secrets'] = (kind, uid) =>
      kind === 'user' && uid === 'eva' ? { password: 'another' } : undefined;
    const { plan } = await bench.apply({ selection: ACCOUNTS, options: { ...OVERWRITE, secrets } });
    expect(plan.items.find(({ uid }) => uid === 'eva')).toMatchObject({
      action: 'unchanged',
      losses: ['the supplied password is not used: a restore never changes the password of an existing account'],
    });
    expect([...bench.sim.state.users.values()].find(({ login }) => login === 'eva')?.password).toBe('secret');
  });

  it('without a name comes back without one, and loses one that it was given since', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await bench.api('POST /api/admin/users', { login: 'bob', email: 'bob@example.org', password: 'secret' });
    await bench.backup();
    bench.sim.burn();
    const created = await bench.apply({ selection: ACCOUNTS, options: OVERWRITE });
    expect(created.results.map(({ uid, outcome }) => [uid, outcome])).toEqual([['bob', 'verified']]);
    const { body: bob } = await bench.api('GET /api/users/lookup?loginOrEmail=bob');
    expect(String(bob.name).trim()).toBe('');
    await bench.api(`PUT /api/users/${bob.id}`, { login: 'bob', email: 'bob@example.org', name: 'Robert' });
    const { results } = await bench.apply({ selection: ACCOUNTS, options: OVERWRITE });
    expect(results).toMatchObject([{ uid: 'bob', outcome: 'verified' }]);
  });

  it('whose role a sign-in decides leaves an organization', async () => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await seed('Admin');
    const id = bench.sim.state.addUser({ login: 'sso' }).id;
    bench.sim.state.users.get(id)!.authLabels = ['OAuth'];
    await bench.backup();
    bench.sim.state.org(2).members.set(id, 'Editor');
    const { results } = await bench.apply({ selection: ACCOUNTS, options: OVERWRITE });
    expect(results).toMatchObject([{ uid: 'sso', outcome: 'verified' }]);
    expect(await orgsOf(id)).not.toHaveProperty('Second');
  });

  it('that somebody changed since the plan was made is left alone', async () => {
    bench = await RestoreBench.start({ profile: '13.2' });
    await seed('Admin');
    await bench.backup();
    bench.sim.burn();
    const request = await bench.request({ selection: ACCOUNTS, options: OVERWRITE });
    const { planRestore } = await import('../../../pkg/engine/restore/plan/plan.ts');
    const { applyPlan } = await import('../../../pkg/engine/restore/apply/apply.ts');
    const plan = await planRestore(request);
    await bench.api('PUT /api/users/1', { login: 'admin', email: 'root@example.org', name: 'Root' });
    const results = await applyPlan(request, plan);
    expect(results.find(({ uid }) => uid === 'admin')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('someone has changed it'),
    });
  });
});

describe('an organization that is missing', () => {
  const restored = async (selection: Selection): Promise<string[]> => {
    bench = await RestoreBench.start({ profile: '12.4' });
    await seed('Admin');
    await bench.backup();
    bench.sim.burn();
    const { plan } = await bench.apply({ selection, options: OVERWRITE });
    expect(plan.items.find(({ kind, uid }) => kind === 'org' && uid === 'Second')).toBeDefined();
    return plan.items.flatMap(({ kind, uid, reason }) => (`${kind}/${uid}` === 'org/Second' ? [reason] : []));
  };
  const names = (): string[] => [...bench.sim.state.orgs.values()].map(({ name }) => name);

  it('is created by no restore that names neither it nor its kind, and the plan says how', async () => {
    expect(await restored({})).toEqual(['missing; --everything or --only org/Second creates it']);
    expect(names()).toEqual(['Main Org.']);
  });

  it('is created where it is named', async () => {
    expect(await restored({ only: [{ kind: 'org', uid: 'Second' }] })).toEqual(['missing']);
    expect(names()).toEqual(['Main Org.', 'Second']);
  });
});
