import { afterEach, describe, expect, it } from 'vitest';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { budget } from '../../support/budget.ts';
import { TRIED_PROFILES, newestOf } from '../../support/grafana/profiles/tried.ts';
import { bodies, listed, restore, take, takeAll, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/orgs', { name: 'Second' });
  await client.post('/api/admin/users', {
    login: 'eva',
    email: 'eva@example.org',
    name: 'Eva',
    password: 'her-own-secret',
  });
  await client.post('/api/orgs/2/users', { loginOrEmail: 'eva', role: 'Editor' });
  await client.post('/api/serviceaccounts', { name: 'dashkeep', role: 'Admin', isDisabled: false });
  await client.post('/api/serviceaccounts', { name: 'dashkeep-org-2-2', role: 'Admin', isDisabled: false });
  await client.post('/api/serviceaccounts', { name: 'robot', role: 'Editor', isDisabled: true });
}

describe.each(TRIED_PROFILES)('accounts on %s', (profile) => {
  it('are read with one list of the orgs', async () => {
    grafana = await testGrafana({ profile });
    const context = await grafana.admin();
    grafana.sim.clearRequests();
    await Promise.all([take('org', context), take('user', context)]);
    const pages = grafana.sim.requests.filter(({ path }) => path === '/api/orgs').map(({ query }) => query);
    expect(new Set(pages).size).toBe(pages.length);
  });

  it('come back to a Grafana that burned: orgs, users with their roles, service accounts', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const names = ['org', 'user', 'service-account'] as const;
    const before = await takeAll(grafana, [...names]);
    grafana.sim.burn();
    const losses: Record<string, unknown> = {};
    for (const name of names) {
      losses[name] = (await restore(name, await grafana.admin(), before.get(name)!)).losses;
    }
    const after = await takeAll(grafana, [...names]);
    for (const name of names) {
      expect(bodies(after.get(name)!)).toEqual(bodies(before.get(name)!));
    }
    const own =
      'if a Dashkeep service uses this account, the service creates its token itself; otherwise, create new tokens';
    expect(losses).toEqual({
      org: {},
      user: { eva: ['set a new password for this account'] },
      'service-account': {
        dashkeep: [own],
        'dashkeep-org-2-2': [own],
        robot: ['create new tokens'],
      },
    });
    const eva = [...grafana.sim.state.users.values()].find(({ login }) => login === 'eva')!;
    expect(eva.password.length).toBeGreaterThan(20);
    expect(JSON.stringify([...before.get('user')!])).not.toMatch(/her-own-secret|"id"/);
  });

  it('restored twice are there once', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const taken = await takeAll(grafana, ['org', 'user', 'service-account']);
    grafana.sim.clearRequests();
    for (const [name, resources] of taken) {
      expect((await restore(name, await grafana.admin(), resources)).written).toEqual([]);
    }
    expect(grafana.sim.writes()).toEqual([]);
  });
});

describe('accounts', () => {
  it('of the whole server are out of scope without a server admin, with the reason', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const context = await grafana.account();
    for (const name of ['org', 'user'] as const) {
      expect(await kindOf(name).serves(context)).toEqual({
        served: false,
        reason: { code: 'needs-server-admin', params: {} },
      });
    }
    expect(await kindOf('org').serves(await grafana.admin())).toEqual({ served: true });
  });

  it('get the password that was supplied', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await takeAll(grafana, ['org', 'user']);
    grafana.sim.burn();
    const secrets = { 'user/eva': { password: 'chosen-for-her' } };
    await restore('org', await grafana.admin(), taken.get('org')!);
    const restored = await restore('user', await grafana.admin({ secrets }), taken.get('user')!);
    expect(restored.losses).toEqual({});
    const eva = [...grafana.sim.state.users.values()].find(({ login }) => login === 'eva')!;
    expect(eva.password).toBe('chosen-for-her');
  });

  it('of single sign-on are left to the next sign-in', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    grafana.sim.state.addUser({ login: 'sso' }).authLabels = ['OAuth'];
    const taken = await take('user', await grafana.admin());
    grafana.sim.burn();
    const restored = await restore('user', await grafana.admin(), taken);
    expect(restored.blocked['sso']).toMatch(/single sign-on/);
  });

  it('are all listed, beyond one page, whichever number the first page has', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    for (let index = 0; index < 1003; index++) {
      grafana.sim.state.addUser({ login: `user-${index}` });
      grafana.sim.state.addServiceAccount(1, { name: `robot ${index}` });
    }
    const context = await grafana.admin();
    expect((await listed('user', context)).length).toBe(1004);
    expect((await listed('service-account', context)).length).toBe(1003);
    expect((await listed('org', context)).map(({ uid }) => uid)).toEqual(['Main Org.']);
  });

  it.each(newestOf('12.4', '13.2'))(
    'are all listed whether orgs are counted from page 0 or 1 (%s)',
    async (profile) => {
      grafana = await testGrafana({ profile });
      const count = budget(1_005, 2_005);
      for (let index = 0; index < count; index++) {
        grafana.sim.state.addOrg(`Org ${index}`);
      }
      expect((await listed('org', await grafana.admin())).length).toBe(count + 1);
      expect((await grafana.instance('all')).orgs.length).toBe(count + 1);
    },
  );

  it('that a failing answer left behind are found instead of made twice', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('service-account', await grafana.admin());
    const accounts = grafana.sim.state.org(1).serviceAccounts;
    accounts.clear();
    grafana.sim.setFaults({ match: 'POST /api/serviceaccounts', action: { kind: 'cut' }, times: 1 });
    await restore('service-account', await grafana.admin(), taken);
    expect([...accounts.values()].map(({ name }) => name)).toEqual(['dashkeep', 'dashkeep-org-2-2', 'robot']);
  });
});
