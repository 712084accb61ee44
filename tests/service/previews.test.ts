import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { realClock } from '../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
let second: number;
let snapshot: string;

/** Of an org, as its server admin. */
const inOrg = (org: number, route: string, body?: unknown) =>
  call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  second = Number((await inOrg(1, 'POST /api/orgs', { name: 'Second' })).body.orgId);
  for (const org of [1, second]) {
    await inOrg(org, 'POST /api/dashboards/db', { dashboard: { uid: `board-${org}`, title: 'Board', panels: [] } });
  }
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  ({ snapshot } = (await service.ended(run.id)) as { snapshot: string });
});
afterEach(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

it('makes a preview, lists it, and removes it', async () => {
  const asked = { snapshot, uid: 'board-1' };
  const who = { 'x-grafana-context': JSON.stringify({ Login: 'ada' }) };
  const { status, json: preview } = await service.call('POST', '/previews', asked, who);
  expect(status).toBe(201);
  expect(preview).toMatchObject({ path: `/d/${preview.uid}`, missing: [], lostDataSources: [] });
  const { json: listed } = await service.call('GET', '/previews');
  expect(listed.previews).toMatchObject([
    { uid: preview.uid, title: preview.title, path: preview.path, by: 'ada', created: preview.created },
  ]);
  expect(Date.parse(preview.expires) - Date.parse(preview.created)).toBeGreaterThanOrEqual(3_600_000);
  expect(await service.call('DELETE', `/previews/${preview.uid}`)).toMatchObject({ status: 200 });
  expect((await inOrg(1, `GET /api/dashboards/uid/${preview.uid}`)).status).toBe(404);
  expect((await service.call('GET', '/previews')).json).toEqual({ previews: [] });
});

it('takes `latest` for the newest snapshot', async () => {
  expect((await service.call('POST', '/previews', { snapshot: 'latest', uid: 'board-1' })).status).toBe(201);
});

it('shows an organization nothing of another', async () => {
  const { status, json } = await service.call('POST', '/previews', { snapshot, uid: `board-${second}` });
  expect([status, json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
});

it('removes nothing but previews', async () => {
  const { status, json } = await service.call('DELETE', '/previews/board-1');
  expect([status, json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
  expect((await inOrg(1, 'GET /api/dashboards/uid/board-1')).status).toBe(200);
});

it('removes what an earlier process left behind', async () => {
  const { json: preview } = await service.call('POST', '/previews', { snapshot, uid: 'board-1' });
  await service.stop();
  service = await startService({
    clock: { ...realClock, now: () => new Date(Date.now() + 61 * 60_000) },
    grafanaUrl: grafana.url,
    directory: service.directory,
    environment: { DASHKEEP_ORGS: 'all' },
  });
  await expect
    .poll(async () => (await inOrg(1, `GET /api/dashboards/uid/${preview.uid}`)).status, { timeout: 60_000 })
    .toBe(404);
});
