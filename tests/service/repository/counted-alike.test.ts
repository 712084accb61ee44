import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChangePage } from '../../../pkg/contract/api/changes.ts';
import type { DiffPage } from '../../../pkg/contract/api/diff.ts';
import type { RestorePlan, ResultPage } from '../../../pkg/contract/api/restores.ts';
import { outermost } from '../../../src/lib/gone.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
  await api('POST /api/folders', { uid: 'ops', title: 'Ops' });
  await api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  await api('POST /api/folders/shop/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
  for (const uid of ['a', 'b', 'c']) {
    await api('POST /api/dashboards/db', { dashboard: { uid, title: uid, panels: [] }, folderUid: 'shop' });
    const items = [{ role: 'Viewer', permission: 2 }];
    await api(`POST /api/dashboards/uid/${uid}/permissions`, { items });
  }
  await api('POST /api/annotations', { dashboardUID: 'a', time: Date.now(), text: 'Deployed' });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await grafana.close();
});

async function api(route: string, body?: unknown): Promise<void> {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

async function get<T>(path: string): Promise<T> {
  const { status, json } = await service.call('GET', path);
  expect([status, json.error]).toEqual([200, undefined]);
  return json as T;
}

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

/** How many resources a comparison shows, without the permissions that follow them, and these. */
const countsOf = ({ counts, permissions }: DiffPage) =>
  (['added', 'changed', 'removed'] as const).map((change) => [
    counts[change] - (permissions?.[change] ?? 0),
    permissions?.[change],
  ]);

it('counts a deleted folder alike in a comparison, its changes, what is missing, the plan to restore it and its end', async () => {
  const before = await backUp();
  await api('DELETE /api/folders/shop');
  const live = await get<DiffPage>(`/diff?from=${before}&to=live`);
  const after = await backUp();
  const stored = await get<DiffPage>(`/diff?from=${before}&to=${after}`);
  const none = [0, 0];
  // The folder, three dashboards and an annotation; the folder and the dashboards have permissions.
  expect([countsOf(live), countsOf(stored)]).toEqual([
    [none, none, [5, 4]],
    [none, none, [5, 4]],
  ]);
  expect([stored.total, stored.permissions?.total]).toEqual([9, 4]);
  const alone = await get<DiffPage>(`/diff?from=${before}&to=${after}&kind=dashboard-permissions`);
  expect([alone.total, alone.permissions?.total]).toEqual([3, 0]);
  const changes = await get<ChangePage>(`/changes?since=${before}&until=${after}`);
  expect([changes.counts?.removed, changes.permissions?.removed]).toEqual([5, 4]);
  expect(changes.items[0]).toMatchObject({ together: 5, permissions: 4 });
  const [gone] = outermost(stored.items, before);
  expect(gone?.together).toEqual({ count: 5, permissions: 4 });
  const { json } = await service.call('POST', '/restores', {
    snapshot: before,
    selection: { type: 'folder', org: 1, uid: 'shop' },
  });
  await expect.poll(async () => (await get<RestorePlan>(`/restores/${json.id}`)).state).toBe('planned');
  const plan = await get<RestorePlan>(`/restores/${json.id}`);
  expect([plan.counts.create, plan.permissions]).toEqual([9, { create: 4 }]);
  const { json: run } = await service.call('POST', `/restores/${json.id}/apply`, {});
  const { counts } = await service.ended(run.id);
  expect(counts).toMatchObject({ verified: 9, verifiedPermissions: 4 });
  const done = await get<RestorePlan>(`/restores/${json.id}`);
  expect([done.outcomes, done.permissionOutcomes]).toEqual([{ verified: 9 }, { verified: 4 }]);
  expect(await get<ResultPage>(`/restores/${json.id}/results`)).toMatchObject({ total: 9, permissions: 4 });
  // Permissions go with the resource that the undo deletes: it skips none.
  const { json: undo } = await service.call('POST', `/runs/${run.id}/undo`);
  await expect.poll(async () => (await get<RestorePlan>(`/restores/${undo.id}`)).state).toBe('planned');
  expect((await get<RestorePlan>(`/restores/${undo.id}`)).counts).toMatchObject({ delete: 5, skip: 0 });
});

it('counts permissions that someone changed, but not those that moved with their dashboard', async () => {
  const before = await backUp();
  await api('POST /api/dashboards/db', {
    dashboard: { uid: 'a', title: 'a', panels: [] },
    folderUid: 'ops',
    overwrite: true,
  });
  await api('POST /api/dashboards/uid/b/permissions', { items: [{ role: 'Editor', permission: 2 }] });
  const after = await backUp();
  const diff = await get<DiffPage>(`/diff?from=${before}&to=${after}`);
  const changes = await get<ChangePage>(`/changes?since=${before}&until=${after}`);
  expect(countsOf(diff)[1]?.[0]).toBe(changes.counts?.changed);
  expect(diff.items.filter(({ moved }) => moved).map(({ kind, uid }) => [kind, uid])).toContainEqual([
    'dashboard-permissions',
    'a',
  ]);
});
