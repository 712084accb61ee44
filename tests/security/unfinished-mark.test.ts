import { describe, expect, it } from 'vitest';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * What a restore leaves unfinished when it is cut short has a mark: a team an email address, an account a name. In
 * Grafana, the admins of a team can give it that address, and everyone can give themselves that name.
 */

const TEAM_MARK = 'being-restored@dashkeep.invalid';
const ACCOUNT_MARK = 'being restored by Dashkeep';

interface Item {
  kind: string;
  uid: string;
  losses: string[];
  security: { code: string; params: Record<string, string> }[];
}

labHooks();

async function addMallory(): Promise<number> {
  const account = { login: 'mallory', email: 'mallory@example.org', name: 'Mallory', password: 'secret' };
  return Number((await currentLab().api('POST /api/admin/users', account))['id']);
}

async function backup(): Promise<void> {
  expect((await currentLab().dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
}

describe('a team that has the mark', () => {
  const theTeam = () => [...currentLab().grafana.state.org(1).teams.values()].find(({ name }) => name === 'payroll')!;

  /** Mallory, once an admin of the team, marked it and was put out later. */
  async function seed(): Promise<number> {
    const { api } = currentLab();
    const mallory = await addMallory();
    const { teamId } = await api('POST /api/teams', { name: 'payroll', email: 'payroll@example.org' });
    await api(`POST /api/teams/${teamId}/members`, { userId: mallory });
    await api(`PUT /api/teams/${teamId}/members/${mallory}`, { permission: 4 });
    await backup();
    await api(`PUT /api/teams/${teamId}`, { name: 'payroll', email: TEAM_MARK });
    await api(`DELETE /api/teams/${teamId}/members/${mallory}`);
    return mallory;
  }

  it('gets no member back without a typed confirmation', async () => {
    const lab = currentLab();
    const mallory = await seed();
    const args = ['restore', 'latest', '--kinds', 'team'];
    const ended = await lab.dashkeep([...args, '--apply']).catch((error: unknown) => error);
    expect(ended).toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(theTeam().members.has(mallory)).toBe(false);
    const { json } = await lab.dashkeep(args);
    expect((json.plan as Item[]).find(({ uid }) => uid === 'payroll')?.security).toEqual([
      { code: 'team-member', params: { login: 'mallory', after: 'Admin' } },
    ]);
    expect(json.confirm).toBe('1 security change');
    // So a restore that was cut short is finished all the same.
    await lab.dashkeep([...args, '--apply', '--confirm', String(json.confirm)]);
    expect(theTeam()).toMatchObject({ email: 'payroll@example.org' });
    expect(theTeam().members.get(mallory)).toBe(4);
  });

  it('gets none back through the service either', async () => {
    const mallory = await seed();
    const service = await currentLab().service();
    const { json: snapshots } = await service.call('GET', '/snapshots');
    const made = await service.call('POST', '/restores', {
      snapshot: snapshots.items[0].id,
      selection: { type: 'everything' },
    });
    expect(made.json.confirm).toMatch(/security change/);
    const refused = await service.call('POST', `/restores/${made.json.id}/apply`, {});
    expect(refused.json).toMatchObject({ error: { code: 'DK_CONFIRMATION' } });
    expect(theTeam().members.has(mallory)).toBe(false);
  });
});

describe('an account that has the mark', () => {
  it('becomes no server admin, and the plan lists each role that it gets', async () => {
    const { api, dashkeep, grafana } = currentLab();
    const id = await addMallory();
    await api(`PUT /api/admin/users/${id}/permissions`, { isGrafanaAdmin: true });
    await api(`PATCH /api/orgs/1/users/${id}`, { role: 'Admin' });
    await backup();
    await api(`PUT /api/admin/users/${id}/permissions`, { isGrafanaAdmin: false });
    await api(`PATCH /api/orgs/1/users/${id}`, { role: 'Viewer' });
    await api(`PUT /api/users/${id}`, { login: 'mallory', email: 'mallory@example.org', name: ACCOUNT_MARK });
    const args = ['restore', 'latest', '--kinds', 'user'];
    const { json } = await dashkeep(args);
    const item = (json.plan as Item[]).find(({ uid }) => uid === 'mallory');
    expect(item?.security).toEqual([
      { code: 'org-role', params: { org: 'Main Org.', before: 'Viewer', after: 'Admin' } },
    ]);
    expect(item?.losses.join()).toContain('server admin');
    await dashkeep([...args, '--apply', '--confirm', String(json.confirm)]);
    expect(grafana.state.users.get(id)).toMatchObject({ isGrafanaAdmin: false, name: 'Mallory' });
  });

  it('leaves no organization that the snapshot does not have', async () => {
    const { api, dashkeep, grafana } = currentLab();
    const id = await addMallory();
    await backup();
    await api('POST /api/orgs', { name: 'Later' });
    await api('POST /api/orgs/2/users', { loginOrEmail: 'mallory', role: 'Viewer' });
    await api(`PUT /api/users/${id}`, { login: 'mallory', email: 'mallory@example.org', name: ACCOUNT_MARK });
    await dashkeep(['restore', 'latest', '--kinds', 'user', '--apply']);
    expect(grafana.state.org(2).members.get(id)).toBe('Viewer');
  });
});
