import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isJsonObject, type Json } from '../../../pkg/lib/json/json.ts';
import { rule } from '../../restore/seed.ts';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

beforeEach(async () => {
  [stage, production] = await Promise.all([startGrafana({ profile: '12.4' }), startGrafana({ profile: '12.4' })]);
  directory = await memoryDirectory();
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const PROM = { type: 'prometheus', uid: 'old-prom' };
const LINK = { title: 'More', url: '/d/old-detail/detail?${__url_time_range}' };
const PANES = '{"a":{"datasource":"old-logs","queries":[{"refId":"A","datasource":{"type":"loki","uid":"old-logs"}}]}}';

/** Every place of a Grafana that leads to another resource of it. All UIDs begin with `old-`. */
async function seedLinks(): Promise<void> {
  const post = (route: string, body: unknown): Promise<unknown> => api(stage, `POST /api/${route}`, body);
  for (const [uid, type, jsonData] of [
    ['old-prom', 'prometheus', { exemplarTraceIdDestinations: [{ name: 'id', datasourceUid: 'old-traces' }] }],
    ['old-logs', 'loki', { derivedFields: [{ name: 'id', datasourceUid: 'old-traces', url: '${__value.raw}' }] }],
    [
      'old-traces',
      'tempo',
      { tracesToLogsV2: { datasourceUid: 'old-logs' }, serviceMap: { datasourceUid: 'old-prom' } },
    ],
  ] as const) {
    await post('datasources', { uid, name: type, type, access: 'proxy', url: 'http://127.0.0.1', jsonData });
  }
  await post('datasources/uid/old-logs/correlations', {
    ...{ targetUID: 'old-traces', label: 'Trace', type: 'query' },
    config: { type: 'query', field: 'id', target: { query: '${id}' } },
  });
  await post('folders', { uid: 'old-folder', title: 'Folder' });
  await post('library-elements', {
    ...{ uid: 'old-library', folderUid: 'old-folder', name: 'Shared', kind: 1 },
    model: { type: 'stat', title: 'Shared', datasource: PROM, links: [LINK] },
  });
  const detail = { uid: 'old-detail', title: 'Detail', panels: [] };
  await post('dashboards/db', { dashboard: detail, folderUid: 'old-folder' });
  await post('dashboards/db', {
    folderUid: 'old-folder',
    dashboard: {
      ...{ uid: 'old-overview', title: 'Overview', links: [{ type: 'link', ...LINK }] },
      annotations: { list: [{ name: 'Deployed', datasource: PROM, enable: true }] },
      templating: {
        list: [
          {
            name: 'source',
            type: 'datasource',
            query: 'prometheus',
            current: { text: 'prometheus', value: 'old-prom' },
          },
          { name: 'host', type: 'query', datasource: PROM, query: 'label_values(host)' },
        ],
      },
      panels: [
        {
          ...{ id: 1, type: 'timeseries', title: 'Links', links: [LINK], datasource: PROM },
          targets: [{ refId: 'A', datasource: PROM, expr: 'up' }],
          fieldConfig: {
            defaults: { links: [LINK, { title: 'Explore', url: `/explore?schemaVersion=1&panes=${PANES}` }] },
            overrides: [{ matcher: { id: 'byName', options: 'a' }, properties: [{ id: 'links', value: [LINK] }] }],
          },
        },
        { id: 2, title: 'Shared', libraryPanel: { uid: 'old-library', name: 'Shared' } },
        { id: 3, type: 'dashlist', title: 'List', options: { folderUID: 'old-folder' } },
        { id: 5, type: 'alertlist', title: 'Alerts', options: { folder: { uid: 'old-folder', title: 'Folder' } } },
        {
          id: 4,
          type: 'text',
          title: 'Text',
          options: {
            content: `<a href="/dashboards/f/old-folder/x">all</a> [logs](/explore?panes=${encodeURIComponent(PANES)})`,
          },
        },
      ],
    },
  });
  await post('v1/provisioning/contact-points', {
    ...{ name: 'ops', type: 'email' },
    settings: { addresses: 'ops@example.com', message: 'See /d/old-detail' },
  });
  await api(stage, 'PUT /api/v1/provisioning/folder/old-folder/rule-groups/group', {
    interval: 60,
    rules: [
      {
        ...rule('old-rule', 'Down', 'old-prom', 'old-detail'),
        annotations: { __dashboardUid__: 'old-detail', __panelId__: '1', runbook_url: '/d/old-overview' },
      },
    ],
  });
  await post('playlists', {
    name: 'Round',
    interval: '5m',
    items: [{ type: 'dashboard_by_uid', value: 'old-overview' }],
  });
  const navbar = { bookmarkUrls: ['/d/old-overview/overview', '/dashboards/f/old-folder'] };
  await api(stage, 'PUT /api/org/preferences', { homeDashboardUID: 'old-overview', navbar });
}

/** All that production holds. */
async function bodies(): Promise<Record<string, Json>> {
  const get = (path: string): Promise<Json> => api(production, `GET /api/${path}`) as Promise<Json>;
  const found: Record<string, Json> = {};
  for (const path of [
    ...[
      'search?limit=100',
      'datasources',
      'datasources/correlations',
      'v1/provisioning/alert-rules',
      'org/preferences',
    ],
    ...['v1/provisioning/contact-points', 'library-elements'],
  ]) {
    found[path] = await get(path);
  }
  for (const { uid, type } of found['search?limit=100'] as { uid: string; type: string }[]) {
    found[uid] = type === 'dash-db' ? await get(`dashboards/uid/${uid}`) : null;
  }
  for (const { uid } of (await get('playlists')) as { uid: string }[]) {
    found[`playlist ${uid}`] = await get(`playlists/${uid}`);
  }
  return found;
}

/** UIDs of data sources that are named anywhere, by the names of the members that hold them. */
function namedDataSources(value: Json | undefined): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(namedDataSources);
  }
  if (!isJsonObject(value)) {
    return [];
  }
  const { datasource } = value;
  const own = [
    value['datasourceUid'],
    value['sourceUID'],
    value['targetUID'],
    isJsonObject(datasource) && datasource['uid'],
  ];
  return [...own.filter((one) => typeof one === 'string'), ...Object.values(value).flatMap(namedDataSources)];
}

const migrate = (...args: string[]): Promise<Ended> => cli('migrate', '--to', 'production', ...args);

function cli(...args: string[]): Promise<Ended> {
  return runCli([...args, '--json'], {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  });
}

it('gives all new UIDs, and every link and reference resolves in the other Grafana', async () => {
  await seedLinks();
  await writeFile(`${directory.path}/mapping.yaml`, 'uids: new');
  const asked = ['--from', 'live', '--mapping', `${directory.path}/mapping.yaml`];
  const applied = await migrate(...asked, '--apply');
  expect(applied.exit, JSON.stringify(applied.json.results)).toBe(0);

  const all = await bodies();
  const text = JSON.stringify(all);
  expect(text.match(/.{60}\bold-\w+.{30}/g) ?? []).toEqual([]);
  const found = all['search?limit=100'] as { uid: string }[];
  const linked = [...text.matchAll(/\/(?:d|dashboards\/f)\/([\w-]+)/g)].map(([, uid]) => uid);
  expect(linked.length).toBeGreaterThan(9);
  expect(linked.filter((uid) => !found.some((one) => one.uid === uid))).toEqual([]);
  const sources = (all['datasources'] as { uid: string }[]).map(({ uid }) => uid);
  const named = namedDataSources(all);
  expect(named.length).toBeGreaterThan(9);
  expect(named.filter((uid) => !sources.includes(uid) && !/^(__expr__|-100|grafana)$/.test(uid))).toEqual([]);

  const again = (await migrate(...asked)).json.plan as { action: string; kind: string; uid: string }[];
  expect(again.filter(({ action }) => action !== 'skip' && action !== 'unchanged')).toEqual([]);
});

it('selects the data source that replaces another one', async () => {
  await seedLinks();
  await api(production, 'POST /api/datasources', {
    uid: 'there',
    name: 'prometheus',
    type: 'prometheus',
    access: 'proxy',
  });
  await cli('backup');
  const kinds = 'folder,library-panel,dashboard';
  expect((await migrate('--from', 'latest', '--kinds', kinds, '--apply')).exit).toBe(0);
  const { dashboard } = await api(production, 'GET /api/dashboards/uid/old-overview');
  expect(dashboard.templating.list[0].current.value).toBe('there');
  expect(dashboard.links[0].url).toBe(LINK.url);
});
