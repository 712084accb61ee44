import { describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { basicCredentials } from '../../pkg/grafana/http/credentials.ts';
import { joinOrg } from '../../pkg/service/bootstrap/grafana.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';
import { variants } from '../support/budget.ts';

/*
 * Anyone may give their account another email address in Grafana, also one that belonged to a colleague who left, or
 * that is the login of one. Grafana takes a name with an @ for an email address first.
 */

interface Item {
  kind: string;
  uid: string;
  action: string;
  reason: string;
  losses: string[];
  security: { code: string; params: Record<string, string> }[];
}

labHooks();

async function addUser(login: string, email = `${login}@example.org`): Promise<number> {
  const { id } = await currentLab().api('POST /api/admin/users', { login, email, name: login, password: 'secret' });
  return Number(id);
}

const removeUser = (id: number) => currentLab().api(`DELETE /api/admin/users/${id}`);
const change = (id: number, login: string, email: string) =>
  currentLab().api(`PUT /api/users/${id}`, { login, email, name: login });
const loginOf = (id: number) => currentLab().grafana.state.users.get(id)?.login;

async function backup(): Promise<void> {
  expect((await currentLab().dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
}

/** Plans a restore, and applies it with the words that the plan asks for. */
async function restore(kind: string): Promise<{ items: Item[]; confirm?: string }> {
  const args = ['restore', 'latest', '--kinds', kind, '--overwrite'];
  const { json } = await currentLab().dashkeep(args);
  const confirm = json.confirm as string | undefined;
  await currentLab().dashkeep([...args, '--apply', ...(confirm === undefined ? [] : ['--confirm', confirm])]);
  return { items: json.plan as Item[], ...(confirm === undefined ? {} : { confirm }) };
}

describe('a member of a team', () => {
  const addTeam = async (...members: [id: number, permission?: number][]) => {
    const { api } = currentLab();
    const { teamId } = await api('POST /api/teams', { name: 'ops' });
    await api(`DELETE /api/teams/${teamId}/members/1`);
    for (const [userId, permission] of members) {
      await api(`POST /api/teams/${teamId}/members`, { userId });
      await api(`PUT /api/teams/${teamId}/members/${userId}`, { permission: permission ?? 0 });
    }
  };
  const theTeam = () => [...currentLab().grafana.state.org(1).teams.values()].find(({ name }) => name === 'ops')!;
  const members = () => [...theTeam().members].map(([id, level]) => [loginOf(id), level]);
  const team = ({ items }: { items: Item[] }) => items.find(({ uid }) => uid === 'ops')!;

  it.each(variants(['is there', 'was deleted']))(
    'is not the one who has the email address by now, where the team %s',
    async (how) => {
      const [bob, eva] = [await addUser('bob'), await addUser('eva')];
      await addTeam([bob, 4], [eva]);
      await backup();
      await removeUser(bob);
      await addUser('mallory', 'bob@example.org');
      if (how === 'was deleted') {
        await currentLab().api(`DELETE /api/teams/${theTeam().id}`);
      } else {
        await currentLab().api(`DELETE /api/teams/${theTeam().id}/members/${eva}`);
      }
      const planned = team(await restore('team'));
      expect(members()).toEqual([['eva', 0]]);
      expect(planned.losses).toEqual([
        'without the member bob, who does not exist in this organization; bob@example.org belongs to mallory, who is not added',
      ]);
    },
  );

  it.each(variants(['is there', 'was deleted']))(
    'is named with both email addresses, where the team %s',
    async (how) => {
      const bob = await addUser('bob');
      await addTeam([bob]);
      await backup();
      await removeUser(bob);
      await addUser('bob', 'another.bob@example.org');
      if (how === 'was deleted') {
        await currentLab().api(`DELETE /api/teams/${theTeam().id}`);
      }
      const planned = await restore('team');
      const params = { login: 'bob', before: 'bob@example.org', after: 'another.bob@example.org' };
      expect(team(planned).security).toContainEqual({ code: 'member-email', params });
      expect(planned.confirm).toMatch(/security change/);
      expect(members()).toEqual([['bob', 0]]);
    },
  );

  it('who got another login stays, and gets no more than they have', async () => {
    const [bob, eva] = [await addUser('bob'), await addUser('eva')];
    await addTeam([bob, 4], [eva]);
    await backup();
    await change(bob, 'robert', 'bob@example.org');
    await currentLab().api(`PUT /api/teams/${theTeam().id}/members/${bob}`, { permission: 0 });
    await currentLab().api(`DELETE /api/teams/${theTeam().id}/members/${eva}`);
    const planned = team(await restore('team'));
    expect(members().sort()).toEqual([
      ['eva', 0],
      ['robert', 0],
    ]);
    expect(planned.losses).toEqual([]);
  });

  it('whose email address changed only in its case is the same person', async () => {
    const bob = await addUser('bob');
    await addTeam([bob]);
    await backup();
    currentLab().grafana.state.users.get(bob)!.email = 'Bob@Example.org';
    await currentLab().api(`DELETE /api/teams/${theTeam().id}`);
    expect(await restore('team')).not.toHaveProperty('confirm');
    expect(members()).toEqual([['bob', 0]]);
  });
});

describe('an account whose login is an email address', () => {
  const roles = (id: number) =>
    [...currentLab().grafana.state.orgs.values()].flatMap((org) => {
      const role = org.members.get(id);
      return role === undefined ? [] : [`${org.name}: ${role}`];
    });
  const user = ({ items }: { items: Item[] }, uid: string) => items.find((item) => item.uid === uid)!;

  it('is not the one that has that address by now', async () => {
    const bob = await addUser('bob@example.org', 'bob@example.org');
    const mallory = await addUser('mallory');
    await currentLab().api('PATCH /api/orgs/1/users/' + String(bob), { role: 'Admin' });
    await backup();
    await removeUser(bob);
    await change(mallory, 'mallory', 'bob@example.org');
    const before = structuredClone(currentLab().grafana.state.users.get(mallory));
    const args = ['restore', 'latest', '--only', 'user/bob@example.org', '--overwrite'];
    const { json } = await currentLab().dashkeep(args);
    expect(user({ items: json.plan as Item[] }, 'bob@example.org')).toMatchObject({
      action: 'blocked',
      reason:
        'its email address bob@example.org belongs to the account mallory; change the address of that account first',
    });
    await currentLab().dashkeep([...args, '--apply']);
    expect(currentLab().grafana.state.users.get(mallory)).toEqual(before);
    expect(roles(mallory)).toEqual(['Main Org.: Viewer']);
  });

  it('gets its memberships itself, not the one who has that address', async () => {
    const bob = await addUser('bob@example.org', 'robert@example.org');
    const mallory = await addUser('mallory');
    await currentLab().api('POST /api/orgs', { name: 'Second' });
    await currentLab().api('POST /api/orgs/2/users', { loginOrEmail: 'bob@example.org', role: 'Editor' });
    await backup();
    await currentLab().api(`DELETE /api/orgs/2/users/${bob}`);
    await change(mallory, 'mallory', 'bob@example.org');
    const args = ['restore', 'latest', '--only', 'user/bob@example.org', '--overwrite'];
    const { json } = await currentLab().dashkeep(args);
    expect(user({ items: json.plan as Item[] }, 'bob@example.org').security).toEqual([
      { code: 'org-role', params: { org: 'Second', after: 'Editor' } },
    ]);
    await currentLab().dashkeep([...args, '--apply', '--confirm', json.confirm as string]);
    expect(roles(mallory)).toEqual(['Main Org.: Viewer']);
    expect(roles(bob)).toEqual(['Main Org.: Viewer', 'Second: Editor']);
  });

  it('does not get an email address that somebody else has by now', async () => {
    const [bob, mallory] = [await addUser('bob'), await addUser('mallory')];
    await backup();
    await change(bob, 'bob', 'robert@example.org');
    await change(mallory, 'mallory', 'bob@example.org');
    const { json } = await currentLab().dashkeep(['restore', 'latest', '--only', 'user/bob', '--overwrite']);
    expect(user({ items: json.plan as Item[] }, 'bob')).toMatchObject({ action: 'blocked' });
    expect(user({ items: json.plan as Item[] }, 'bob').reason).toContain('mallory');
  });

  it('joins an organization itself when the service needs to', async () => {
    const { grafana, api } = currentLab();
    await api('POST /api/orgs', { name: 'Second' });
    await api('DELETE /api/orgs/2/users/1').catch(() => undefined);
    grafana.state.org(2).members.delete(1);
    const mallory = await addUser('mallory');
    await change(1, 'root@example.org', 'root-mail@example.org');
    grafana.state.users.get(mallory)!.email = 'root@example.org';
    const client = GrafanaClient.open({
      url: grafana.url,
      credentials: basicCredentials(
        async () => 'root@example.org',
        async () => 'admin',
      ),
      clock: realClock,
      randomness: realRandomness,
      log: silentLog,
    });
    await joinOrg(client, 2, new AbortController().signal);
    await client.close();
    expect([...grafana.state.org(2).members]).toEqual([[1, 'Admin']]);
  });
});
