import { describe, expect, it } from 'vitest';
import { named } from './harness.ts';
import { bench, burned, everything, MINUTE, people, PEOPLE, setUp } from './burned.ts';

setUp();

describe('everything of a Grafana that makes an organization for each new account (auto_assign_org is off)', () => {
  it('ends with the memberships of the snapshot, and without those organizations', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual(PEOPLE);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'Second']);
    expect(named((await everything({ manifest })).plan, 'create', 'update', 'blocked')).toEqual([]);
  });

  it('brings back such an organization with its account', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false, ownOrg: 'eva' });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual({ ...PEOPLE, eva: { 'eva@example.org': 'Admin' } });
    const eva = [...bench.sim.state.users.values()].find(({ login }) => login === 'eva');
    expect(eva?.email).toBe('eva@example.org');
    expect(bench.sim.state.orgs.size).toBe(3);
  });

  it('never deletes an organization that was called like the account before', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    const old = await orgLeftBy('ann', 'ann@example.org');
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(people()).toEqual(PEOPLE);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'ann@example.org', 'Second']);
    expect([...bench.sim.state.org(old).folders.keys()]).toEqual(['living']);
  });

  it('never deletes one that Grafana is set to put new accounts in', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrgRole: 'Admin' });
    const old = await orgLeftBy('dan', 'dan@example.org');
    bench.sim.tuning.autoAssignOrgId = old;
    const { results } = await everything({ manifest });
    expect([...bench.sim.state.org(old).folders.keys()]).toEqual(['living']);
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toMatchObject([
      { kind: 'user', uid: 'dan', outcome: 'failed', reason: expect.stringContaining('last organization admin') },
    ]);
  });

  it('leaves one alone that somebody else has joined', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    bench.sim.setFaults({
      match: 'POST /api/admin/users',
      times: 1,
      action: {
        kind: 'after',
        run: () => {
          const made = [...bench.sim.state.orgs.values()].find(({ name }) => name === 'ann@example.org');
          made?.members.set(1, 'Admin');
        },
      },
    });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toContain('ann@example.org');
    expect(people()['ann']).toEqual(PEOPLE['ann']);
  });

  it('takes away the one that Grafana made for an account and then refused', async () => {
    const manifest = await burned({ profile: '12.4', isEmpty: true, autoAssignOrg: false });
    bench.sim.setFaults({
      match: 'POST /api/admin/users',
      times: 1,
      action: {
        kind: 'before',
        run: () => void bench.sim.state.addUser({ login: 'other', email: 'ann@example.org' }),
      },
    });
    const { results } = await everything({ manifest });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toMatchObject([{ uid: 'ann', outcome: 'failed' }]);
    expect([...bench.sim.state.orgs.values()].map(({ name }) => name)).toEqual(['Acme', 'Second']);
  });
});

/** An organization with a folder, whose only member was deleted. */
async function orgLeftBy(login: string, name: string): Promise<number> {
  const { orgId } = (await bench.api('POST /api/orgs', { name })).body;
  bench.sim.advance(MINUTE);
  await bench.api('POST /api/folders', { uid: 'living', title: 'Living' }, orgId as number);
  bench.sim.state.org(orgId as number).members.clear();
  return orgId as number;
}
