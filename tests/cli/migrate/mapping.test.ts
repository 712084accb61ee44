import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { board, rule } from '../../restore/seed.ts';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/** Stage, where all is made, and production, which has the same data source under another name and UID. */
let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

const cli = (...args: string[]): Promise<Ended> => runCli([...args, '--json'], environment);
const migrate = (...args: string[]): Promise<Ended> => cli('migrate', '--to', 'production', ...args);

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

async function addDataSource(grafana: Simulator, uid: string, name: string): Promise<void> {
  await api(grafana, 'POST /api/datasources', {
    ...{ uid, name, type: 'prometheus', access: 'proxy', url: 'http://prom:9090', basicAuth: true },
    ...{ basicAuthUser: 'reader', secureJsonData: { basicAuthPassword: 'secret' } },
  });
}

beforeEach(async () => {
  stage = await startGrafana({ profile: '11.6' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  await addDataSource(stage, 'stage-prom', 'Prometheus of stage');
  for (const name of ['ops', 'on-call']) {
    const settings = { addresses: `${name}@example.com` };
    await api(name === 'ops' ? stage : production, 'POST /api/v1/provisioning/contact-points', {
      name,
      type: 'email',
      settings,
    });
  }
  const { teamId } = await api(stage, 'POST /api/teams', { name: 'sre' });
  await api(stage, 'POST /api/folders', { uid: 'infra', title: 'Infra' });
  await api(stage, 'POST /api/folders', { uid: 'hosts', title: 'Hosts', parentUid: 'infra' });
  await api(stage, 'POST /api/folders/infra/permissions', { items: [{ teamId, permission: 2 }] });
  const model = { type: 'stat', title: 'Shared', datasource: { type: 'prometheus', uid: 'stage-prom' } };
  await api(stage, 'POST /api/library-elements', { uid: 'lib', folderUid: 'infra', name: 'Shared', kind: 1, model });
  const overview = board('overview', 'Overview', 'stage-prom', 'lib');
  const texts = {
    ...{ id: 3, type: 'text', title: 'Links' },
    options: { content: '[one](/d/detail) [two](https://stage.example.com/d/detail/x) </dashboards/f/hosts/hosts>' },
  };
  const linked = {
    ...overview,
    links: [{ type: 'link', url: '/grafana/d/detail/detail?orgId=1&var-host=a' }],
    panels: [
      ...(overview['panels'] as object[]),
      texts,
      { id: 4, type: 'dashlist', title: 'List', options: { folderUID: 'hosts' } },
    ],
  };
  await api(stage, 'POST /api/dashboards/db', { dashboard: linked, folderUid: 'infra' });
  await api(stage, 'POST /api/dashboards/db', {
    dashboard: board('detail', 'Detail', 'stage-prom'),
    folderUid: 'hosts',
  });
  await api(stage, 'POST /api/dashboards/uid/detail/public-dashboards', { isEnabled: true });
  await api(stage, 'POST /api/playlists', {
    ...{ name: 'Round', interval: '5m', items: [{ type: 'dashboard_by_uid', value: 'overview' }] },
  });
  await api(stage, 'PUT /api/v1/provisioning/folder/infra/rule-groups/down', {
    ...{ interval: 60, rules: [rule('host-down', 'Host down', 'stage-prom', 'detail')] },
  });
  await api(stage, 'POST /api/alertmanager/grafana/api/v2/silences', {
    ...{ comment: 'quiet', createdBy: 'admin', startsAt: '2026-01-01T00:00:00Z', endsAt: '2099-01-01T00:00:00Z' },
    matchers: [{ name: '__alert_rule_uid__', value: 'host-down', isRegex: false, isEqual: true }],
  });
  await api(stage, 'POST /api/annotations', {
    dashboardUID: 'detail',
    time: 1_700_000_000_000,
    text: 'deployed',
    tags: [],
  });
  await api(stage, 'PUT /api/v1/provisioning/policies', { receiver: 'ops', group_by: ['alertname'] });
  await api(stage, 'PUT /api/org/preferences', { homeDashboardUID: 'overview' });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

async function mapping(text: string): Promise<string> {
  const path = `${directory.path}/mapping.yaml`;
  await writeFile(path, text);
  return path;
}

const actions = ({ json }: Ended): string[] =>
  (json.plan as { action: string; kind: string; uid: string }[]).map((one) => `${one.action} ${one.kind}/${one.uid}`);

it('maps data sources, folders, contact points and teams by a file', async () => {
  await addDataSource(production, 'prod-prom', 'Prometheus');
  await api(production, 'POST /api/folders', { uid: 'from-stage', title: 'From stage' });
  await api(production, 'POST /api/teams', { name: 'operations' });
  const file = await mapping(`
data-source: { stage-prom: prod-prom }
folder: { infra: from-stage }
contact-point: { ops: on-call }
team: { sre: operations }
`);
  const asked = ['--from', 'live', '--folder', 'infra', '--mapping', file];
  const plan = await migrate(...asked);
  expect(actions(plan)).toContain('skip folder/infra');
  expect(actions(plan)).toContain('skip folder-permissions/infra');
  expect(plan.json).toMatchObject({ missing: [] });

  const applied = await migrate(...asked, '--apply', '--confirm', plan.json.confirm as string);
  expect(applied.exit, JSON.stringify(applied.json.results)).toBe(0);
  const { dashboard, meta } = await api(production, 'GET /api/dashboards/uid/overview');
  expect(meta.folderUid).toBe('from-stage');
  expect(dashboard.panels[0].datasource.uid).toBe('prod-prom');
  const group = await api(production, 'GET /api/v1/provisioning/folder/from-stage/rule-groups/down');
  expect(group.rules[0]).toMatchObject({ uid: 'host-down', notification_settings: { receiver: 'on-call' } });
  expect(actions(await migrate(...asked)).filter((one) => !/^(skip|unchanged)/.test(one))).toEqual([]);

  // What somebody copied by hand still names the data source of stage: it is not what the mapping means.
  const copied = await api(stage, 'GET /api/dashboards/uid/overview');
  await api(production, 'POST /api/dashboards/db', {
    dashboard: { ...copied.dashboard, id: null },
    folderUid: 'from-stage',
    overwrite: true,
  });
  expect(actions(await migrate(...asked))).toContain('skip dashboard/overview');
});

it('maps users in restored teams', async () => {
  const add = async (grafana: Simulator, login: string): Promise<number> =>
    (await api(grafana, 'POST /api/admin/users', { login, email: `${login}@example.com`, password: 'secret-of-one' }))
      .id;
  const [{ id: team }] = (await api(stage, 'GET /api/teams/search')).teams;
  await api(stage, `POST /api/teams/${team}/members`, { userId: await add(stage, 'alice') });
  await api(stage, `POST /api/teams/${team}/members`, { userId: await add(stage, 'al') });
  await add(production, 'alicia');
  const file = await mapping('user: { alice: alicia, al: alicia }');
  const asked = ['--from', 'live', '--only', 'team/sre', '--mapping', file];
  const applied = await migrate(...asked, '--apply');
  expect(applied.exit, JSON.stringify(applied.json)).toBe(0);
  const [{ id: made }] = (await api(production, 'GET /api/teams/search')).teams;
  const members: { login: string }[] = await api(production, `GET /api/teams/${made}/members`);
  expect(members.map(({ login }) => login)).toContain('alicia');
  expect(actions(await migrate(...asked))).toEqual(['unchanged team/sre']);
});

it('names what is missing, and creates it without its secret when asked', async () => {
  const plan = await migrate('--from', 'live', '--folder', 'infra');
  expect(plan.json.missing.map(({ kind, uid }: { kind: string; uid: string }) => `${kind}/${uid}`)).toEqual([
    'team/sre',
    'data-source/stage-prom',
    'contact-point/ops',
  ]);
  const more = ['team/sre', 'data-source/stage-prom', 'contact-point/ops'].flatMap((one) => ['--also', one]);
  const applied = await migrate(
    '--from',
    'live',
    '--folder',
    'infra',
    ...more,
    '--apply',
    '--confirm',
    '1 security change',
  );
  expect(applied.exit, JSON.stringify(applied.json)).toBe(0);
  const found = await api(production, 'GET /api/datasources/uid/stage-prom');
  expect(found).toMatchObject({ name: 'Prometheus of stage', secureJsonFields: {} });
});

it('gives all new UIDs, and every reference and link leads to them', async () => {
  await api(production, 'POST /api/folders', { uid: 'infra', title: 'Something else' });
  const file = await mapping('uids: new');
  const asked = ['--from', 'live', '--mapping', file];
  const before = await api(production, 'GET /api/search?limit=100');
  const plan = await migrate(...asked);
  const applied = await migrate(...asked, '--apply', '--confirm', plan.json.confirm as string);
  expect(applied.exit, JSON.stringify(applied.json.results)).toBe(0);
  const found: { uid: string; title: string; folderUid?: string }[] = await api(
    production,
    'GET /api/search?limit=100',
  );
  const uidOf = (title: string): string => found.find((one) => one.title === title)?.uid ?? '';
  const [overview, detail, infra, hosts] = ['Overview', 'Detail', 'Infra', 'Hosts'].map(uidOf);
  for (const uid of [overview, detail, infra, hosts]) {
    expect(uid).toMatch(/^[0-9a-f]{14}$/);
  }
  const { dashboard, meta } = await api(production, `GET /api/dashboards/uid/${overview}`);
  expect(meta.folderUid).toBe(infra);
  const source = (await api(production, 'GET /api/datasources'))[0].uid as string;
  expect(source).toMatch(/^[0-9a-f]{14}$/);
  expect(dashboard.panels[0].datasource.uid).toBe(source);
  const library = dashboard.panels[1].libraryPanel.uid as string;
  expect((await api(production, `GET /api/library-elements/${library}`)).result).toMatchObject({
    folderUid: infra,
    model: { datasource: { uid: source } },
  });
  expect(dashboard.links[0].url).toBe(`/grafana/d/${detail}/detail?orgId=1&var-host=a`);
  expect(dashboard.panels[2].options.content).toBe(
    `[one](/d/${detail}) [two](https://stage.example.com/d/detail/x) </dashboards/f/${hosts}/hosts>`,
  );
  expect(dashboard.panels[3].options.folderUID).toBe(hosts);
  const link = await api(production, `GET /api/dashboards/uid/${detail}/public-dashboards`);
  const original = await api(stage, 'GET /api/dashboards/uid/detail/public-dashboards');
  expect(link).toMatchObject({ isEnabled: true, accessToken: original.accessToken as string });
  const { rules } = await api(production, `GET /api/v1/provisioning/folder/${infra}/rule-groups/down`);
  expect(rules[0].uid).toMatch(/^[0-9a-f]{14}$/);
  expect(rules[0].annotations.__dashboardUid__).toBe(detail);
  expect(rules[0].isPaused ?? false).toBe(false);
  const [silence] = await api(production, 'GET /api/alertmanager/grafana/api/v2/silences');
  expect(silence.matchers[0].value).toBe(rules[0].uid);
  const [annotation] = await api(production, 'GET /api/annotations?type=annotation');
  expect(annotation.dashboardUID).toBe(detail);
  expect((await api(production, 'GET /api/org/preferences')).homeDashboardUID).toBe(overview);
  const [playlist] = await api(production, 'GET /api/playlists');
  expect((await api(production, `GET /api/playlists/${playlist.uid}`)).items[0].value).toBe(overview);

  // The next snapshot goes on with the same ones.
  expect(actions(await migrate(...asked)).filter((one) => !/^(skip|unchanged)/.test(one))).toEqual([]);

  const undo = applied.json.undo.split(' ').slice(1) as string[];
  const { confirm } = (await cli(...undo.filter((word) => word !== '--apply'))).json as { confirm: string };
  const undone = await cli(...undo, '--confirm', confirm);
  expect(undone.exit).toBe(0);
  expect(await api(production, 'GET /api/search?limit=100')).toEqual(before);
  expect((await api(production, 'GET /api/v1/provisioning/policies')).receiver).toBe('empty');
  expect((await api(production, 'GET /api/org/preferences')).homeDashboardUID).toBe('');
});

it('refuses a mapping that it does not understand', async () => {
  await cli('backup');
  for (const [text, message] of [
    ['uids: other', /uids/],
    ['dashboards: {a: b}', /dashboards/],
    ['a: [', /not valid YAML/],
    ['orgs: {one: 2}', /orgs/],
  ] as const) {
    await expect(migrate('--from', 'latest', '--mapping', await mapping(text))).rejects.toMatchObject({
      code: 'DK_SETTINGS',
      message: expect.stringMatching(message),
    });
  }
});
