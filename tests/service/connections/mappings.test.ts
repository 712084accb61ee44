import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestResponse, type TestService } from '../../support/service.ts';

let stage: Simulator;
let production: Simulator;
let service: TestService;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  await restart();
});
afterEach(async () => {
  await service.stop();
  await Promise.all([stage.close(), production.close()]);
  await removeDirectory(service.directory);
});

async function restart(before?: TestService): Promise<void> {
  await before?.stop();
  service = await startService({
    grafanaUrl: stage.url,
    environment: {
      DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
      DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
    },
    ...(before === undefined ? {} : { directory: before.directory }),
  });
}

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const put = (name: string, text: string): Promise<TestResponse> =>
  service.call('PUT', `/mappings/${encodeURIComponent(name)}`, { text });
const saved = async (): Promise<unknown> => (await service.call('GET', '/mappings')).json.mappings;

it('keeps mappings by name over a restart, replaces and deletes them', async () => {
  const first = await put('to production', 'uids: new\ndata-source: { 0012: 1e3 }\nteam:\n  "SRE: all": operations\n');
  const mapping = { uids: 'new', 'data-source': { '0012': '1e3' }, team: { 'SRE: all': 'operations' } };
  expect(first.json, first.text).toEqual({ mappings: [{ name: 'to production', mapping }] });
  await put('another', '{"user": {"ada": "lovelace"}}');
  await restart(service);
  const another = { name: 'another', mapping: { user: { ada: 'lovelace' } } };
  expect(await saved()).toEqual([another, { name: 'to production', mapping }]);

  await put('to production', 'folder: { general: from-stage }');
  expect(await saved()).toEqual([another, { name: 'to production', mapping: { folder: { general: 'from-stage' } } }]);
  const left = await service.call('DELETE', '/mappings/to%20production');
  expect(left.json).toEqual({ mappings: [another] });
});

it('refuses what is no mapping, or only one for the command line, and saves nothing of it', async () => {
  for (const [text, code] of [
    ['a: [', 'mapping-not-yaml'],
    ['dashboards: { a: b }', 'mapping-invalid'],
    ['team: { a: [b] }', 'mapping-invalid'],
    ['team: { a: }', 'mapping-invalid'],
    ['orgs: { 1: 2 }', 'mapping-orgs'],
  ] as const) {
    const answer = await put('one', text);
    expect([text, answer.status, answer.json.error.why?.code]).toEqual([text, 400, code]);
  }
  expect((await put('a/b', 'team: {}')).status).toBe(400);
  expect(await saved()).toEqual([]);
});

it('says which users are found, and sends what a person chose', async () => {
  const add = async (grafana: Simulator, login: string, email = `${login}@example.com`): Promise<number> => {
    const { id } = await api(grafana, 'POST /api/admin/users', { login, email, password: 'secret-of-one' });
    return id as number;
  };
  await api(stage, 'POST /api/folders', { uid: 'infra', title: 'Infra' });
  const { teamId } = await api(stage, 'POST /api/teams', { name: 'sre' });
  const [ada, bob, cyd, dan] = [
    await add(stage, 'ada'),
    await add(stage, 'bob'),
    await add(stage, 'cyd'),
    await add(stage, 'dan'),
  ];
  for (const userId of [ada, bob]) {
    await api(stage, `POST /api/teams/${teamId}/members`, { userId });
  }
  const items = [cyd, dan].map((userId) => ({ userId, permission: 2 }));
  await api(stage, 'POST /api/folders/infra/permissions', { items });
  await add(production, 'ada');
  await add(production, 'bob', 'other@example.com');
  await add(production, 'cyd2', 'cyd@example.com');
  await add(production, 'daniela');
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  const plan = async (replace: object): Promise<TestResponse> =>
    service.call('POST', '/restores', {
      snapshot,
      selection: { type: 'kinds', kinds: ['team', 'folder', 'folder-permissions'] },
      options: { to: { connection: 'production', replace } },
    });

  const { users } = (await plan({})).json;
  expect(users.matches).toEqual([
    { login: 'bob', email: 'bob@example.com', by: 'other-email' },
    { login: 'cyd', email: 'cyd@example.com', by: 'none', sameEmail: 'cyd2' },
    { login: 'dan', email: 'dan@example.com', by: 'none' },
    { login: 'ada', email: 'ada@example.com', by: 'login' },
    { login: 'admin', email: 'admin@localhost', by: 'login' },
  ]);
  expect(users.choices).toEqual(expect.arrayContaining(['ada', 'bob', 'cyd2', 'daniela']));

  const chosen = await plan({ user: { cyd: 'cyd2', dan: 'nobody' } });
  expect(chosen.json.users.matches).toMatchObject([
    { login: 'bob', by: 'other-email' },
    { login: 'dan', by: 'none', to: 'nobody' },
    { login: 'cyd', by: 'choice', to: 'cyd2' },
    { login: 'ada', by: 'login' },
    { login: 'admin', by: 'login' },
  ]);
  const applied = await service.call('POST', `/restores/${chosen.json.id}/apply`, { confirm: chosen.json.confirm });
  await service.ended(applied.json.id);
  const permissions: { userLogin: string }[] = await api(production, 'GET /api/folders/infra/permissions');
  const logins = permissions.map(({ userLogin }) => userLogin);
  expect(logins).toContain('cyd2');
  expect(logins).not.toContain('daniela');

  // Neither the account of another person nor one that is found by login has to be used.
  const without = await plan({ user: { ada: '', bob: '' } });
  expect(without.json.users.matches).toMatchObject([
    { login: 'cyd', by: 'none' },
    { login: 'dan', by: 'none' },
    { login: 'ada', by: 'left-out', to: '' },
    { login: 'bob', by: 'left-out', to: '' },
    { login: 'admin', by: 'login' },
  ]);
});

it('leaves out users on request, in the file as on the page', async () => {
  const { userId } = await createBoth('bob');
  await api(stage, 'POST /api/folders', { uid: 'infra', title: 'Infra' });
  const { teamId } = await api(stage, 'POST /api/teams', { name: 'sre' });
  await api(stage, `POST /api/teams/${teamId}/members`, { userId });
  await api(stage, 'POST /api/folders/infra/permissions', { items: [{ userId, permission: 2 }] });
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  const file = await put('without', "user: { bob: '' }");
  const { user } = file.json.mappings[0].mapping;
  expect(user).toEqual({ bob: '' });
  const plan = await service.call('POST', '/restores', {
    snapshot,
    selection: { type: 'kinds', kinds: ['team', 'folder', 'folder-permissions'] },
    options: { to: { connection: 'production', replace: { user } } },
  });
  expect(plan.json.users.matches).toMatchObject([{ login: 'bob', by: 'left-out' }, { login: 'admin' }]);
  const applied = await service.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm });
  expect((await service.ended(applied.json.id)).status).toBe('complete');
  const permissions: { userLogin: string; role?: string }[] = await api(
    production,
    'GET /api/folders/infra/permissions',
  );
  expect(permissions.map(({ userLogin }) => userLogin)).not.toContain('bob');
  // Without the last one who was permitted, it is closed to all, instead of open to those who may see new folders.
  expect(permissions.map(({ role }) => role)).not.toContain('Viewer');
  const { teams } = await api(production, 'GET /api/teams/search?name=sre');
  const members: { login: string }[] = await api(production, `GET /api/teams/${teams[0].id}/members`);
  expect(members.map(({ login }) => login)).not.toContain('bob');
});

/** The same login in both, with another email address there. */
async function createBoth(login: string): Promise<{ userId: number }> {
  const [here] = await Promise.all(
    [stage, production].map((grafana, at) =>
      api(grafana, 'POST /api/admin/users', { login, email: `${login}${at}@example.com`, password: 'secret-of-one' }),
    ),
  );
  return { userId: here.id as number };
}
