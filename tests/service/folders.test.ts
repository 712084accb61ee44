import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
let second: number;

/** Of an org, as its server admin. */
const inOrg = (org: number, route: string, body?: unknown) =>
  call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  await inOrg(1, 'POST /api/folders', { uid: 'here', title: 'Here' });
  await inOrg(1, 'POST /api/dashboards/db', {
    dashboard: { uid: 'board', title: 'Board', panels: [] },
    folderUid: 'here',
  });
  second = Number((await inOrg(1, 'POST /api/orgs', { name: 'Second' })).body.orgId);
  await inOrg(second, 'POST /api/folders', { uid: 'there', title: 'There' });
  await inOrg(second, 'POST /api/folders', { uid: 'below', title: 'Below', parentUid: 'there' });
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

it('shows the folders of the organization that asks, where copies then can be put', async () => {
  expect((await service.call('GET', '/folders?org=1')).json).toEqual({ folders: [{ uid: 'here', title: 'Here' }] });
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = (await service.ended(run.id)) as { snapshot: string };
  const board = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid: 'board' }] };
  const copy = { snapshot, selection: board, options: { copy: { org: 1, folderUid: 'here' } } };
  const planned = await service.call('POST', '/restores', copy);
  expect(planned.json.counts).toMatchObject({ create: 2, blocked: 0 });
  const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, {});
  expect(await service.ended(applied.json.id)).toMatchObject({ status: 'complete' });
  const { body: found } = await inOrg(1, 'GET /api/search?type=dash-db');
  expect(found).toHaveLength(2);
});

it('counts for a folder of a snapshot what the list of that folder then shows, and a restore of it plans', async () => {
  await inOrg(1, 'POST /api/annotations', { dashboardUID: 'board', time: 1_700_000_000_000, text: 'Deployed' });
  await inOrg(1, 'POST /api/dashboards/uid/board/public-dashboards', { isEnabled: true });
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = (await service.ended(run.id)) as { snapshot: string };
  const { json: tree } = await service.call('GET', `/snapshots/${snapshot}/tree`);
  for (const { org, uid, total } of tree.folders) {
    const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?org=${org}&under=${uid}`);
    expect([uid, list.total]).toEqual([uid, total]);
    expect(list.items.map(({ kind }: { kind: string }) => kind)).toContain('annotation');
    expect(list.items.map(({ kind }: { kind: string }) => kind)).toContain('public-dashboard');
    const { json: plan } = await service.call('POST', '/restores', {
      ...{ snapshot, selection: { type: 'folder', org, uid }, options: {} },
    });
    const planned = Object.values(plan.counts as Record<string, number>).reduce((sum, count) => sum + count, 0);
    expect(planned).toBe(total);
  }
  expect(tree.folders.map(({ uid }: { uid: string }) => uid)).toEqual(['here']);
});

it('says to the home organization how many others lose something with a snapshot', async () => {
  const { json: detail } = await service.call('GET', '/snapshots/latest');
  expect(detail).toMatchObject({ otherOrganizations: 1, orgs: [{ id: 1 }] });
});

it('shows nobody the folders of another organization', async () => {
  const { status, json } = await service.call('GET', `/folders?org=${second}`);
  expect([status, json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
});

it('says so when an org is out of reach', async () => {
  const { status, json } = await service.call('GET', '/folders?org=99');
  expect([status, json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
});
