import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { call } from '../simulator/http.ts';
import { filesBelow, installation, type Installation } from './harness.ts';

const HOSTILE = 'a ${path.module} %{ if true } "quoted" $${x}';

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
  await api('POST /api/folders', { uid: 'f', title: HOSTILE });
  await api('POST /api/dashboards/db', {
    dashboard: { uid: 'd', title: HOSTILE, schemaVersion: 39, panels: [] },
    folderUid: 'f',
  });
  await api('POST /api/datasources', {
    name: HOSTILE,
    uid: 's',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://example.com',
    jsonData: { text: HOSTILE },
    secureJsonData: { basicAuthPassword: 'hunter2-secret' },
  });
  await here.run(['backup', '--kinds', 'folder,dashboard,data-source,folder-permissions']);
});
afterEach(() => here.close());

async function api(route: string, body: unknown): Promise<void> {
  const answer = await call(here.grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

/** As Terraform reads a text without expressions. */
function literal(template: string): string {
  const text = template.replaceAll('$${', '\u0001').replaceAll('%%{', '\u0002');
  expect(text).not.toMatch(/[$%]\{/);
  return text.replaceAll('\u0001', '${').replaceAll('\u0002', '%{');
}

it('exports for Terraform: each resource with its import, and no text as an expression', async () => {
  await api('POST /api/folders', { uid: 'e', title: 'Below', parentUid: 'f' });
  await api('POST /api/datasources', { name: 'Z', uid: 'z', type: 'loki', access: 'proxy', isDefault: true });
  const point = { name: HOSTILE, disableResolveMessage: true };
  const slack = { url: 'hunter2-secret', title: HOSTILE, mentionUsers: 'ada' };
  const email = { addresses: 'a@x;b@x, c@x', singleEmail: true };
  const webhook = { url: 'http://x', password: 'hunter2-secret', headers: { a: 'b' }, maxAlerts: 5 };
  await api('POST /api/v1/provisioning/contact-points', { ...point, type: 'slack', settings: slack });
  await api('POST /api/v1/provisioning/contact-points', { ...point, type: 'email', settings: email });
  await api('POST /api/v1/provisioning/contact-points', { name: 'Hook', type: 'webhook', settings: webhook });
  await here.run(['backup', '--kinds', 'folder,dashboard,data-source,folder-permissions,contact-point']);
  const { json } = await here.run(['export', `${here.path}/out`, '--as', 'terraform']);
  const read = async (name: string): Promise<never> =>
    JSON.parse(await readFile(`${here.path}/out/${name}.tf.json`, 'utf8')) as never;
  const folders: { import: object[]; resource: Record<string, Record<string, { title: string }>> } =
    await read('folder');
  expect(folders.import).toEqual([
    { id: '1:e', to: 'grafana_folder.org1_e' },
    { id: '1:f', to: 'grafana_folder.org1_f' },
  ]);
  expect(folders.resource['grafana_folder']).toMatchObject({ org1_e: { depends_on: ['grafana_folder.org1_f'] } });
  expect(literal(folders.resource['grafana_folder']!['org1_f']!.title)).toBe(HOSTILE);
  const dashboards: { resource: Record<string, Record<string, { config_json: string; folder: string }>> } =
    await read('dashboard');
  expect(dashboards.resource['grafana_dashboard']).toMatchObject({ org1_d: { depends_on: ['grafana_folder.org1_f'] } });
  const { config_json: file, folder } = dashboards.resource['grafana_dashboard']!['org1_d']!;
  expect(folder).toBe('f');
  const [, path] = /^\$\{file\("\$\{path\.module\}\/(.*)"\)\}$/.exec(file)!;
  const stored = await readFile(`${here.path}/out/${literal(path!)}`, 'utf8');
  expect(JSON.parse(stored)).toMatchObject({ uid: 'd', title: HOSTILE });
  const sources: { resource: Record<string, Record<string, Record<string, string>>> } = await read('data-source');
  const source = sources.resource['grafana_data_source']!['org1_s']!;
  expect(source).toMatchObject({ depends_on: ['grafana_data_source.org1_z'] });
  expect(JSON.parse(literal(source['json_data_encoded']!))).toEqual({ text: HOSTILE });
  const points: { import: object[]; resource: Record<string, Record<string, Record<string, never>>> } =
    await read('contact-point');
  const [hook, many] = Object.values(points.resource['grafana_contact_point']!).sort((a, b) =>
    a['name']! < b['name']! ? -1 : 1,
  );
  expect(literal(many!['name']!)).toBe(HOSTILE);
  expect(many).toMatchObject({
    email: [{ addresses: ['a@x', 'b@x', 'c@x'], single_email: true, disable_resolve_message: true }],
    slack: [{ mention_users: 'ada', url: expect.stringMatching(/^\$\{var\.\w+\}$/) }],
  });
  expect(literal(many!['slack']![0]!['title']!)).toBe(HOSTILE);
  expect(hook).toMatchObject({ webhook: [{ url: 'http://x', max_alerts: 5 }] });
  expect(JSON.stringify(points)).not.toContain('hunter2');
  const { variable } = (json.secrets as { variable: string; kind: string }[]).find(
    ({ kind }) => kind === 'data-source',
  )!;
  expect(source['secure_json_data_encoded']).toBe(`\${jsonencode({ "basicAuthPassword" = var.${variable} })}`);
  const variables = (json.secrets as { variable: string }[]).map((one) => one.variable);
  expect(await read('variables')).toEqual({
    variable: Object.fromEntries(variables.map((name) => [name, { sensitive: true, type: 'string' }])),
  });
  expect(json.lacks).toMatchObject([
    { kind: 'folder-permissions', code: 'export-kind' },
    { kind: 'folder-permissions', code: 'export-kind' },
    { kind: 'contact-point', code: 'export-fields', params: { fields: 'headers' } },
  ]);
});

it('exports for Terraform what the provider takes, imports and does not replace', async () => {
  await api('POST /api/datasources', {
    name: 'Headers',
    uid: 'h',
    type: 'prometheus',
    access: 'proxy',
    jsonData: {
      httpHeaderName1: 'X-Scope',
      httpHeaderName2: 'X-Public',
      httpHeaderName3: 'X-Scope',
      timeInterval: '30s',
    },
    secureJsonData: {
      httpHeaderValue1: 'hunter2-secret',
      httpHeaderValue3: 'hunter2-secret',
      basicAuthPassword: 'hunter2-secret',
    },
  });
  await api('POST /api/v1/provisioning/mute-timings', { name: 'nights / holidays', time_intervals: [] });
  await api('POST /api/library-elements', { uid: 'l', name: 'L', kind: 1, model: { type: 'text', title: 'L' } });
  await here.run(['backup', '--kinds', 'data-source,mute-timing,library-panel']);
  const { json } = await here.run(['export', `${here.path}/out`, '--as', 'terraform']);
  const read = async (name: string): Promise<{ import: object[]; resource: Record<string, Record<string, object>> }> =>
    JSON.parse(await readFile(`${here.path}/out/${name}.tf.json`, 'utf8')) as never;

  const sources = (await read('data-source')).resource['grafana_data_source'];
  expect(sources?.['org1_h']).toMatchObject({
    json_data_encoded: '{"timeInterval":"30s"}',
    http_headers: expect.stringMatching(/^\$\{\{ "X-Scope" = var\.\w+ \}\}$/),
    secure_json_data_encoded: expect.stringMatching(
      /^\$\{jsonencode\(\{ "basicAuthPassword" = var\.\w+, "httpHeaderValue3" = var\.\w+ \}\)\}$/,
    ),
  });
  expect(json.lacks).toMatchObject([
    { kind: 'data-source', uid: 'h', code: 'export-fields', params: { fields: 'httpHeaderName2, httpHeaderName3' } },
  ]);
  const timings = await read('mute-timing');
  expect(timings.import).toMatchObject([{ id: '1:nights / holidays' }]);
  expect(Object.values(timings.resource['grafana_mute_timing'] ?? {})).toMatchObject([
    { disable_provenance: true, lifecycle: { ignore_changes: ['disable_provenance'] } },
  ]);
  expect((await read('library-panel')).resource['grafana_library_panel']?.['org1_l']).toMatchObject({
    folder_uid: 'general',
  });
});

it('leaves out of teams for Terraform the user that the provider never reads', async () => {
  await api('POST /api/admin/users', { login: 'ada', email: 'ada@example.com', password: 'a-long-password' });
  await api('POST /api/teams', { name: 'T' });
  const { text } = await call(here.grafana, 'admin:admin', 'GET /api/teams/search');
  const [{ id }] = (JSON.parse(text) as { teams: [{ id: number }] }).teams;
  await call(here.grafana, 'admin:admin', `PUT /api/teams/${id}/members`, {
    members: ['ada@example.com'],
    admins: ['admin@localhost'],
  });
  await here.run(['backup', '--kinds', 'team']);
  const { json } = await here.run(['export', `${here.path}/out`, '--as', 'terraform']);
  const teams: { resource: Record<string, object> } = JSON.parse(
    await readFile(`${here.path}/out/team.tf.json`, 'utf8'),
  ) as never;
  expect(teams.resource['grafana_team']).toMatchObject({ org1_T: { members: ['ada@example.com'], admins: [] } });
  expect(json.lacks).toMatchObject([{ kind: 'team', code: 'export-fields', params: { fields: 'admin@localhost' } }]);
});

describe('exports for grafana-operator', () => {
  it('as objects that take their secrets from a Secret', async () => {
    const { json } = await here.run(['export', `${here.path}/out`, '--as', 'operator']);
    const files = await filesBelow(`${here.path}/out/objects`);
    const objects = [...files.values()].map((text) => parse(text) as { kind: string; metadata: object; spec: never });
    expect(objects.map(({ kind, metadata }) => [kind, metadata])).toEqual([
      ['GrafanaDashboard', { name: 'dashboard-d' }],
      ['GrafanaDatasource', { name: 'data-source-s' }],
      ['GrafanaFolder', { name: 'folder-f' }],
    ]);
    const [dashboard, source] = objects;
    expect(dashboard?.spec).toMatchObject({ uid: 'd', folderUID: 'f' });
    const [{ variable: key }] = json.secrets as [{ variable: string }];
    expect(source?.spec).toMatchObject({
      datasource: { name: HOSTILE, jsonData: { text: HOSTILE }, secureJsonData: { basicAuthPassword: `\${${key}}` } },
      valuesFrom: [
        {
          targetPath: 'secureJsonData.basicAuthPassword',
          valueFrom: { secretKeyRef: { name: 'grafana-secrets', key } },
        },
      ],
    });
    expect([...files.values()].join('')).not.toContain('hunter2-secret');
  });
});
