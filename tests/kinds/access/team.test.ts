import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { newTeam } from '../../support/grafana/seed/demo-people.ts';
import { bodies, listed, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

function addUser(login: string, email = `${login}@example.org`): number {
  const user = grafana.sim.state.addUser({ login, email });
  grafana.sim.state.org(1).members.set(user.id, 'Viewer');
  return user.id;
}

/** Team ops: eva administers it, max is a member, and its people see their own dashboard first. */
async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  const [eva, max] = [addUser('eva'), addUser('max')];
  const { teamId } = (await client.post('/api/teams', { name: 'ops', email: 'ops@example.org' })) as JsonObject;
  await client.put(`/api/teams/${String(teamId)}/members`, {
    admins: ['eva@example.org'],
    members: ['max@example.org'],
  });
  expect([eva, max]).toEqual([...theTeam().members.keys()].sort());
  await client.post('/api/dashboards/db', { dashboard: { uid: 'home', title: 'Home', panels: [] } });
  await client.put(`/api/teams/${String(teamId)}/preferences`, { theme: 'dark', homeDashboardUID: 'home' });
}

function theTeam() {
  return [...grafana.sim.state.org(1).teams.values()].find((one) => one.name === 'ops')!;
}

describe.each(TRIED_PROFILES)('teams on %s', (profile) => {
  it('come back with members, roles and preferences, under new ids', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const id = theTeam().id;
    const { before, after, restored } = await roundTrip(grafana, ['team', 'dashboard', 'org-preferences']);
    expect(before.get('team')!.get('ops')!.body).toEqual({
      name: 'ops',
      email: 'ops@example.org',
      members: [
        { login: 'eva', email: 'eva@example.org', permission: 'Admin' },
        { login: 'max', email: 'max@example.org', permission: 'Member' },
      ],
    });
    expect(before.get('org-preferences')!.get('team:ops')!.body).toEqual({ theme: 'dark', homeDashboardUID: 'home' });
    for (const name of ['team', 'org-preferences'] as const) {
      expect(bodies(after.get(name)!)).toEqual(bodies(before.get(name)!));
      expect(restored.get(name)!.losses).toEqual({});
    }
    expect(theTeam().id).not.toBe(id);
  });

  it('are all listed, beyond one page', async () => {
    grafana = await testGrafana({ profile });
    const { state } = grafana.sim;
    for (let index = 0; index < 1005; index++) {
      const team = newTeam(state, `team ${index}`);
      state.org(1).teams.set(team.id, team);
    }
    expect((await listed('team', await grafana.admin())).length).toBe(1005);
  });
});

describe('teams', () => {
  it('match members by login, and name those without an account', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('team', await grafana.admin());
    await grafana.close();
    grafana = await testGrafana({ profile: '13.2' });
    addUser('eva.new', 'eva@example.org');
    const max = addUser('max');
    const restored = await restore('team', await grafana.admin(), taken);
    expect(restored.losses).toEqual({
      ops: [
        'without the member eva, who does not exist in this organization; eva@example.org belongs to eva.new, who is not added',
      ],
    });
    expect([...theTeam().members]).toEqual([[max, 0]]);
  });

  it('lose who joined since, but not who an identity provider put there', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('team', await grafana.admin());
    const [late, synced] = [addUser('late'), addUser('synced')];
    grafana.sim.state.users.get(synced)!.authLabels = ['LDAP'];
    theTeam().members.set(late, 0).set(synced, 0);
    await restore('team', await grafana.admin(), taken);
    expect([...theTeam().members.keys()]).toContain(synced);
    expect([...theTeam().members.keys()]).not.toContain(late);
  });

  it('restored twice are there once', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('team', await grafana.admin());
    grafana.sim.wipe();
    await restore('team', await grafana.admin(), taken);
    grafana.sim.clearRequests();
    expect((await restore('team', await grafana.admin(), taken)).written).toEqual([]);
    expect(grafana.sim.writes()).toEqual([]);
    expect(grafana.sim.state.org(1).teams.size).toBe(1);
  });

  it('are required by their preferences', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const content = (await take('org-preferences', await grafana.admin())).get('team:ops')!;
    expect(kindOf('org-preferences').references(content)).toEqual([
      { kind: 'dashboard', uid: 'home' },
      { kind: 'team', uid: 'ops', required: true },
    ]);
  });

  it('that SCIM provisions are left to it', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    theTeam().isProvisioned = true;
    const taken = await take('team', await grafana.admin());
    theTeam().email = 'other@example.org';
    const restored = await restore('team', await grafana.admin(), taken);
    expect(restored.blocked['ops']).toMatch(/SCIM/);
  });

  it('without the right to read them is an error that names it', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    await expect(take('team', await grafana.account({ without: ['teams:read'] }))).rejects.toThrow(/teams:read/);
    const context = await grafana.account({ without: ['teams.permissions:read'] });
    await expect(take('team', context)).rejects.toThrow(/teams\.permissions:read/);
  });
});
