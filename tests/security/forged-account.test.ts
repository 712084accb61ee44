import { describe, expect, it } from 'vitest';
import { currentLab, describeAttack, labHooks, type Lab } from './support/plan-attack.ts';

const EVA = { login: 'eva', email: 'eva@example.org', name: 'Eva' };

async function idOf({ api }: Lab, login: string): Promise<number> {
  return Number((await api(`GET /api/users/lookup?loginOrEmail=${login}`))['id']);
}

const accounts = ({ grafana }: Lab) =>
  [...grafana.state.users.values()]
    .filter(({ login }) => login !== 'admin')
    .map(({ login, email, isGrafanaAdmin }) => ({ login, email, isGrafanaAdmin }));

describeAttack('an account that a forged snapshot makes a server admin', {
  seed: async () => undefined,
  async forge(lab) {
    const given = { login: 'mallory', email: 'mallory@forger.example', name: 'Mallory', password: 'secret' };
    const { id } = await lab.api('POST /api/admin/users', given);
    await lab.api(`PUT /api/admin/users/${id}/permissions`, { isGrafanaAdmin: true });
  },
  heal: async (lab) => lab.api(`DELETE /api/admin/users/${await idOf(lab, 'mallory')}`),
  target: { kind: 'user', uid: 'mallory' },
  state: accounts,
  says: [
    { code: 'server-admin', params: { after: 'yes' } },
    { code: 'account', params: { email: 'mallory@forger.example', roles: 'Main Org.: Viewer' } },
  ],
  cliOnly: true,
});

describeAttack('the e-mail of an existing account', {
  seed: ({ api }) => api('POST /api/admin/users', { ...EVA, password: 'secret' }),
  async forge(lab) {
    await lab.api(`PUT /api/users/${await idOf(lab, 'eva')}`, { ...EVA, email: 'eva@forger.example' });
  },
  async heal(lab) {
    await lab.api(`PUT /api/users/${await idOf(lab, 'eva')}`, EVA);
  },
  target: { kind: 'user', uid: 'eva' },
  state: accounts,
  says: [{ code: 'email', params: { before: 'eva@example.org', after: 'eva@forger.example' } }],
  cliOnly: true,
});

describeAttack('the roles of an existing account', {
  async seed({ api }) {
    await api('POST /api/orgs', { name: 'Second' });
    await api('POST /api/orgs', { name: 'Third' });
    const { id } = await api('POST /api/admin/users', { ...EVA, password: 'secret' });
    await api(`POST /api/orgs/3/users`, { loginOrEmail: 'eva', role: 'Viewer' });
    return id;
  },
  async forge(lab) {
    const eva = await idOf(lab, 'eva');
    await lab.api(`PATCH /api/orgs/1/users/${eva}`, { role: 'Admin' });
    await lab.api('POST /api/orgs/2/users', { loginOrEmail: 'eva', role: 'Editor' });
    await lab.api(`DELETE /api/orgs/3/users/${eva}`);
  },
  async heal(lab) {
    const eva = await idOf(lab, 'eva');
    await lab.api(`PATCH /api/orgs/1/users/${eva}`, { role: 'Viewer' });
    await lab.api(`DELETE /api/orgs/2/users/${eva}`);
    await lab.api('POST /api/orgs/3/users', { loginOrEmail: 'eva', role: 'Viewer' });
  },
  target: { kind: 'user', uid: 'eva' },
  state: async (lab) => (await lab.api(`GET /api/users/${await idOf(lab, 'eva')}/orgs`)) as unknown,
  says: [
    { code: 'org-role', params: { org: 'Main Org.', before: 'Viewer', after: 'Admin' } },
    { code: 'org-role', params: { org: 'Second', after: 'Editor' } },
    { code: 'org-role', params: { org: 'Third', before: 'Viewer' } },
  ],
  cliOnly: true,
});

describeAttack('a service account, whose tokens go on working, with a higher role', {
  seed: ({ api }) => api('POST /api/serviceaccounts', { name: 'robot', role: 'Viewer' }),
  forge: (lab) => setRole(lab, 'Admin'),
  heal: (lab) => setRole(lab, 'Viewer'),
  target: { kind: 'service-account', uid: 'robot' },
  state: async ({ api }) => JSON.stringify(await api('GET /api/serviceaccounts/search?query=robot')),
  says: [{ code: 'role', params: { before: 'Viewer', after: 'Admin' } }],
});

async function setRole({ api }: Lab, role: string): Promise<void> {
  const found = (await api('GET /api/serviceaccounts/search?query=robot')) as { serviceAccounts: { id: number }[] };
  await api(`PATCH /api/serviceaccounts/${found.serviceAccounts[0]?.id}`, { name: 'robot', role, isDisabled: false });
}

describe('a restore of everything', () => {
  labHooks();
  const everything = (...more: string[]) =>
    currentLab().dashkeep(['restore', 'latest', '--everything', '--overwrite', '--include-managed', ...more]);

  it('asks where others have accounts, and not in a Grafana that burned', async () => {
    const lab = currentLab();
    const { id } = await lab.api('POST /api/admin/users', { ...EVA, password: 'secret' });
    await lab.api(`PUT /api/admin/users/${id}/permissions`, { isGrafanaAdmin: true });
    await lab.dashkeep(['backup', '--orgs', 'all']);
    await lab.api(`DELETE /api/admin/users/${id}`);
    await lab.api('POST /api/admin/users', { login: 'bob', email: 'bob@example.org', password: 'secret' });
    await expect(everything('--apply')).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(accounts(lab).map(({ login }) => login)).toEqual(['bob']);

    lab.grafana.burn();
    const plan = (await everything()).json;
    expect(plan.confirm).toBeUndefined();
    expect(plan.plan[0]).toMatchObject({ kind: 'user', uid: 'eva', security: [{ code: 'server-admin' }, {}] });
    expect((await everything('--apply')).exit).toBe(0);
    expect(accounts(lab)).toMatchObject([{ login: 'eva', isGrafanaAdmin: true }]);
  });

  it('changes nothing unseen in an organization that the account could not look into', async () => {
    const lab = currentLab();
    const org = Number((await lab.api('POST /api/orgs', { name: 'Second' }))['orgId']);
    const bob = { login: 'bob', email: 'bob@example.org', name: 'Bob', password: 'secret', OrgId: org };
    const { id } = await lab.api('POST /api/admin/users', bob);
    await lab.api(`PATCH /api/orgs/${org}/users/${id}`, { role: 'Admin' });
    const at = (url: string) => ({ uid: 'prom', name: 'Prometheus', type: 'prometheus', access: 'proxy', url });
    const given = { ...at('http://forger.example'), secureJsonData: { basicAuthPassword: 'secret' } };
    await lab.api('POST /api/datasources', given, org);
    await lab.dashkeep(['backup', '--orgs', 'all']);
    await lab.api('PUT /api/datasources/uid/prom', at('http://prometheus.example'), org);
    await lab.api(`PATCH /api/orgs/${org}/users/1`, { role: 'Viewer' });

    const { confirm } = (await everything()).json;
    const { exit, json } = await everything('--apply', '--confirm', confirm as string);
    expect(exit).toBe(3);
    const item = (json.plan as { kind: string; org: number }[]).find((one) => one.kind === 'data-source');
    expect(item).toMatchObject({ action: 'blocked', reason: expect.stringContaining('the plan could not show this') });
    expect(lab.grafana.state.org(org).dataSources.get('prom')).toMatchObject({
      url: 'http://prometheus.example',
      secureJsonData: { basicAuthPassword: 'secret' },
    });
  });
});
