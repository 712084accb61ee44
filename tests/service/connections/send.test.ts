import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestResponse, type TestService } from '../../support/service.ts';
import { inDepth } from '../../support/budget.ts';

/** Stage, which is backed up, and production, where it goes. */
let stage: Simulator;
let production: Simulator;
let service: TestService;
let environment: Record<string, string>;
let snapshot: string;

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  stage.seedDashboards({ count: 6, folders: 2 });
  environment = {
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  await restart();
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  snapshot = String((await service.ended(json.id))['snapshot']);
});
afterEach(async () => {
  await service.stop();
  await Promise.all([stage.close(), production.close()]);
  await removeDirectory(service.directory);
});

async function restart(): Promise<void> {
  const directory = (service as TestService | undefined)?.directory;
  service = await startService({
    grafanaUrl: stage.url,
    environment,
    ...(directory === undefined ? {} : { directory }),
  });
}

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-disable-provenance': 'true' });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

async function titlesIn(grafana: Simulator): Promise<string[]> {
  const found = (await api(grafana, 'GET /api/search?limit=1000')) as { uid: string; title: string }[];
  return found.map(({ uid, title }) => `${uid} ${title}`).sort();
}

const boards = { type: 'kinds', kinds: ['folder', 'dashboard'] };

function plan(selection: object, to: object = {}, more: object = {}): Promise<TestResponse> {
  const options = { ...more, to: { connection: 'production', ...to } };
  return service.call('POST', '/restores', { snapshot, selection, options });
}

async function apply(planned: TestResponse): Promise<Record<string, unknown>> {
  const { id, confirm } = planned.json as { id: string; confirm?: string };
  const applied = await service.call('POST', `/restores/${id}/apply`, confirm === undefined ? {} : { confirm });
  expect(applied.status, applied.text).toBe(202);
  return service.ended(applied.json.id as string);
}

it('lists connections without their secrets, plans, sends and undoes', async () => {
  const list = await service.call('GET', '/connections');
  expect(list.json).toEqual({ connections: [{ name: 'production', url: production.url }] });

  const planned = await plan(boards);
  expect(planned.json).toMatchObject({ state: 'planned', counts: { create: 8 } });
  expect(await titlesIn(production)).toEqual([]);
  const run = await apply(planned);
  expect(run).toMatchObject({ kind: 'restore', status: 'complete', connection: 'production', undoable: true });
  expect(await titlesIn(production)).toEqual(await titlesIn(stage));
  expect((await plan(boards)).json).toMatchObject({ counts: { create: 0, unchanged: 8 } });

  // It is not a restore of this Grafana, and its safety snapshot is not in this target.
  expect((await service.call('GET', '/status')).json.lastRestore).toBeUndefined();
  expect((await service.call('GET', '/snapshots')).json.items).toHaveLength(1);
  // The command line finds it.
  const target = `file://${service.directory}/target/connections/production`;
  const runs = await runCli(['runs', '--json', '--target', target], {
    DASHKEEP_STATE_DIR: `${service.directory}/state`,
  });
  expect(runs.json.runs).toMatchObject([{ id: run['id'], kind: 'restore', status: 'complete' }]);

  await service.stop();
  await restart();
  const undo = await service.call('POST', `/runs/${String(run['id'])}/undo`);
  expect(undo.json).toMatchObject({ undoes: run['id'], counts: { delete: 8 } });
  expect(await apply(undo)).toMatchObject({ status: 'complete', trigger: 'undo', connection: 'production' });
  expect(await titlesIn(production)).toEqual([]);
  expect(await titlesIn(stage)).toHaveLength(8);
});

it('proposes replacements for missing resources, and uses the chosen ones', async () => {
  const { teamId } = await api(stage, 'POST /api/teams', { name: 'sre' });
  await api(stage, 'POST /api/folders', { uid: 'infra', title: 'Infra' });
  await api(stage, 'POST /api/folders/infra/permissions', { items: [{ teamId, permission: 2 }] });
  await api(stage, 'POST /api/dashboards/db', { dashboard: { uid: 'one', title: 'One' }, folderUid: 'infra' });
  await api(production, 'POST /api/folders', { uid: 'from-stage', title: 'From stage' });
  await api(production, 'POST /api/teams', { name: 'operations' });
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  snapshot = String((await service.ended(json.id))['snapshot']);

  const folder = { type: 'folder', org: 1, uid: 'infra' };
  const choices = [{ title: 'From stage', uid: 'from-stage' }];
  expect((await plan(folder)).json.counterparts).toEqual([
    { kind: 'folder', uid: 'infra', title: 'Infra', choices },
    { kind: 'team', uid: 'sre', title: 'sre', choices: [{ uid: 'operations', title: 'operations' }] },
  ]);
  const chosen = await plan(folder, { replace: { folder: { infra: 'from-stage' }, team: { sre: 'operations' } } });
  expect(chosen.json.counterparts).toMatchObject([{ to: 'from-stage' }, { to: 'operations' }]);
  expect(await apply(chosen)).toMatchObject({ status: 'complete' });
  expect((await api(production, 'GET /api/dashboards/uid/one')).meta.folderUid).toBe('from-stage');
});

it('remembers what was sent, and the replacements, so that the same can be sent again', async () => {
  const to = { connection: 'production', replace: { folder: { general: 'from-stage' } } };
  await api(production, 'POST /api/folders', { uid: 'from-stage', title: 'From stage' });
  const { id } = await apply(await plan(boards, to));
  await service.stop();
  await restart();
  const { json } = await service.call('GET', `/runs/${String(id)}`);
  expect(json.request).toEqual({ snapshot, selection: boards, options: { to } });
  const again = await service.call('POST', '/restores', json.request);
  expect(again.json).toMatchObject({ counts: { create: 0, unchanged: 8 } });
});

it('promotes, and lists changes in production as conflicts', async () => {
  await apply(await plan(boards));
  const [one] = (await api(production, 'GET /api/search?type=dash-db')) as { uid: string }[];
  const { dashboard, meta } = await api(production, `GET /api/dashboards/uid/${one?.uid}`);
  const changed = { ...dashboard, title: 'Changed there' };
  await api(production, 'POST /api/dashboards/db', { dashboard: changed, folderUid: meta.folderUid, overwrite: true });
  const { json } = await plan(boards, { promote: true });
  expect(json.counts).toMatchObject({ update: 0, skip: 1, unchanged: 7 });
  const items = await service.call('GET', `/restores/${json.id}/items?action=skip`);
  expect(items.json.items).toMatchObject([{ uid: one?.uid, code: 'changed-there' }]);
  const changes = (uid: unknown): Promise<TestResponse> =>
    service.call('GET', `/restores/${json.id}/changes?kind=dashboard&uid=${String(uid)}`);
  const title = { code: 'title', params: { before: 'Changed there', after: dashboard.title } };
  const wouldBe = (await changes(one?.uid)).json;
  expect(wouldBe).toMatchObject({ changes: [title], truncated: false });
  // Of what is in production, the page gets no more.
  expect(Object.keys(wouldBe).sort()).toEqual(['changes', 'truncated']);
  expect((await changes('unknown')).status).toBe(404);

  // As the page plans it when a person decides for stage.
  const { org, kind, uid } = items.json.items[0];
  const decided = await plan({ type: 'resources', resources: [{ org, kind, uid }] }, {}, { overwrite: true });
  expect(decided.json).toMatchObject({ counts: { update: 1 } });
  await apply(decided);
  expect((await plan(boards, { promote: true })).json.counts).toMatchObject({ skip: 0, unchanged: 8 });
});

inDepth('lists the written resources if the token is revoked halfway, and finishes later', async () => {
  production.setFaults({ match: /^POST .*dashboards/, action: { kind: 'status', status: 401 }, skip: 3 });
  const run = await apply(await plan(boards));
  expect(run).toMatchObject({
    status: 'failed',
    connection: 'production',
    planned: 8,
    failure: { code: 'DK_GRAFANA_UNAUTHORIZED', message: expect.stringContaining('connection production') },
  });
  const touched = run['touched'] as { kind: string; open?: true }[];
  expect(touched.filter(({ open }) => open !== true).length).toBeGreaterThan(0);
  expect(run['request']).toMatchObject({ options: { to: { connection: 'production' } } });

  production.setFaults();
  const finished = await apply(await service.call('POST', '/restores', run['request']));
  expect(finished).toMatchObject({ status: 'complete' });
  expect(await titlesIn(production)).toEqual(await titlesIn(stage));
});

it('says what a safety snapshot did not read, and that the repository of the connection was emptied', async () => {
  const [one] = (await api(stage, 'GET /api/search?type=dash-db')) as { uid: string }[];
  const { dashboard, meta } = await api(stage, `GET /api/dashboards/uid/${one?.uid}`);
  const changed = { dashboard: { ...dashboard, title: 'Changed' }, folderUid: meta.folderUid, overwrite: true };
  await api(stage, 'POST /api/dashboards/db', changed);
  const resources = [{ org: 1, kind: 'dashboard', uid: one?.uid }];
  const restored = await service.call('POST', '/restores', {
    ...{ snapshot, selection: { type: 'resources', resources }, options: { overwrite: true } },
  });
  snapshot = String((await apply(restored))['snapshot']);
  const codes = async (): Promise<string[]> =>
    (await plan(boards)).json.warned.map(({ code }: { code: string }) => code).sort();
  expect(await codes()).toEqual(['snapshot-based-on']);

  await apply(await plan(boards));
  await rm(`${service.directory}/target/connections/production/snapshots`, { recursive: true });
  expect(await codes()).toEqual(['repository-emptied', 'snapshot-based-on']);
});

/** What the service says about a run after a restart. */
async function afterRestart(run: Record<string, unknown>): Promise<TestResponse['json']> {
  await service.stop();
  await restart();
  return (await service.call('GET', `/runs/${String(run['id'])}`)).json;
}

it('offers no undo of what the command line undid', async () => {
  const run = await apply(await plan(boards));
  expect(await afterRestart(run)).toMatchObject({ undoable: true });
  const where = ['--target', `file://${service.directory}/target`, '--state-dir', `${service.directory}/state`];
  const undo = ['migrate', '--to', 'production', '--undo', String(run['id']), '--json', ...where];
  const { confirm } = (await runCli(undo, environment)).json;
  const undone = await runCli([...undo, '--apply', '--confirm', confirm], environment);
  expect(await titlesIn(production)).toEqual([]);
  const { run: id } = undone.json;
  expect(await afterRestart(run)).toMatchObject({ undoable: false, undone: true, continuedBy: id });
  const { json } = await service.call('GET', `/runs/${String(id)}`);
  expect(json).toMatchObject({ id, connection: 'production', undoes: run['id'], status: 'complete' });
});

it('offers no undo of what it sent if the safety snapshot was deleted, or the connection leads elsewhere', async () => {
  const run = await apply(await plan(boards));
  const other = await startGrafana({ profile: '12.4' });
  const before = environment;
  environment = {
    DASHKEEP_CONNECTION_PRODUCTION_URL: other.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: other.token({ role: 'Admin' }),
  };
  expect(await afterRestart(run)).toMatchObject({ undoable: false, otherGrafana: production.url });
  await other.close();
  environment = before;
  await rm(`${service.directory}/target/connections/production/snapshots`, { recursive: true });
  expect(await afterRestart(run)).toMatchObject({ undoable: false, snapshotGone: true });
});

it('refuses unknown connections, the same Grafana, and connections with several organizations', async () => {
  const unknown = await plan(boards, { connection: 'other' });
  expect([unknown.status, unknown.json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
  await service.stop();
  environment = {
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_ADMIN_USER: 'admin',
    DASHKEEP_CONNECTION_PRODUCTION_ADMIN_PASSWORD: 'admin',
    DASHKEEP_CONNECTION_SAME_URL: stage.url,
    DASHKEEP_CONNECTION_SAME_TOKEN: stage.token({ role: 'Admin' }),
  };
  await restart();
  const same = await plan(boards, { connection: 'same' });
  expect(same.json.error.message).toMatch(/is the Grafana that the snapshot comes from/);
  await api(production, 'POST /api/orgs', { name: 'Second' });
  const several = await plan(boards);
  expect(several.json.error.message).toBe(
    'the connection production reaches several organizations: 1 (Main Org.), 2 (Second)',
  );
  // The doctor names both.
  const { json } = await service.call('GET', '/doctor');
  expect(json.checks.filter(({ name }: { name: string }) => name.startsWith('connection '))).toMatchObject([
    { name: 'connection production', detail: expect.stringContaining('Grafana 12.4') },
    { name: 'connection same', status: 'failed', detail: expect.stringContaining('comes from') },
  ]);
});
