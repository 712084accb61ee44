import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_KINDS: 'data-source,correlation,dashboard',
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  await addDataSource(stage, 'Prometheus');
  await api(stage, 'POST /api/datasources/uid/prom/correlations', {
    ...{ targetUID: 'prom', label: 'Same', type: 'query', config: { field: 'id', target: {} } },
  });
  const datasource = { type: 'prometheus', uid: 'prom' };
  const panels = [{ id: 1, type: 'stat', title: 'Up', datasource, targets: [{ refId: 'A', datasource, expr: 'up' }] }];
  await api(stage, 'POST /api/dashboards/db', { dashboard: { uid: 'board', title: 'Board', panels } });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

function addDataSource(grafana: Simulator, name: string, type = 'prometheus'): Promise<unknown> {
  return api(grafana, 'POST /api/datasources', { uid: 'prom', name, type, access: 'proxy', url: 'http://prom:9090' });
}

async function send(...args: string[]): Promise<Ended> {
  const asked = ['migrate', '--to', 'production', '--from', 'live', '--new-uids', '--json', ...args];
  const { json } = await runCli(asked, environment);
  return runCli([...asked, '--apply', '--confirm', (json.confirm as string | undefined) ?? ''], environment);
}

/** The data source that the only panel of production asks. */
async function asked(): Promise<string> {
  const [{ uid }] = await api(production, 'GET /api/search?query=Board');
  return (await api(production, `GET /api/dashboards/uid/${uid}`)).dashboard.panels[0].datasource.uid as string;
}

it('uses a data source of the same UID, name and type', async () => {
  await addDataSource(production, 'Prometheus');
  const sent = await send();
  expect(sent.exit, JSON.stringify(sent.json.results)).toBe(0);
  expect(await asked()).toBe('prom');
  expect(await api(production, 'GET /api/datasources/uid/prom/correlations')).toHaveLength(1);
  expect(await api(production, 'GET /api/datasources')).toHaveLength(1);
});

it('uses it also if no data sources are sent', async () => {
  await addDataSource(production, 'Prometheus');
  expect(await send('--only', 'dashboard/board')).toMatchObject({ exit: 0 });
  expect(await asked()).toBe('prom');
});

it('creates a data source beside one that only has its UID', async () => {
  await addDataSource(production, 'Other');
  expect(await send()).toMatchObject({ exit: 0 });
  expect(await asked()).toMatch(/^[0-9a-f]{14}$/);
  expect(await api(production, 'GET /api/datasources')).toHaveLength(2);
});

it('uses a data source of the same UID that the mapping names', async () => {
  await addDataSource(production, 'Other');
  const file = `${directory.path}/mapping.yaml`;
  await writeFile(file, 'data-source: { prom: prom }');
  expect(await send('--mapping', file)).toMatchObject({ exit: 0 });
  expect(await asked()).toBe('prom');
});

it('updates the data source that it created', async () => {
  expect(await send()).toMatchObject({ exit: 0 });
  const [{ id: _, ...body }] = await api(stage, 'GET /api/datasources');
  await api(stage, `PUT /api/datasources/uid/${body.uid}`, { ...body, url: 'http://new:9090' });
  expect(await send('--overwrite')).toMatchObject({ exit: 0 });
  expect(await api(production, 'GET /api/datasources')).toMatchObject([{ url: 'http://new:9090' }]);
});

it('gives the references of dashboard snapshots the new UIDs', async () => {
  const { dashboard } = await api(stage, 'GET /api/dashboards/uid/board');
  const { key } = await api(stage, 'POST /api/snapshots', { name: 'Then', dashboard });
  environment['DASHKEEP_KINDS'] = 'data-source,dashboard,dashboard-snapshot';
  const sent = await send();
  expect(sent.exit, JSON.stringify(sent.json.results)).toBe(0);
  const [{ uid }] = await api(production, 'GET /api/search?query=Board');
  const datasource = { type: 'prometheus', uid: await asked() };
  expect((await api(production, `GET /api/snapshots/${key}`)).dashboard).toMatchObject({
    uid,
    panels: [{ datasource, targets: [{ datasource }] }],
  });
});
