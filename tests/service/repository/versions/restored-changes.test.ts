import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChangePage } from '../../../../pkg/contract/api/changes.ts';
import { call } from '../../../simulator/http.ts';
import { startGrafana } from '../../../support/grafana/index.ts';
import type { Simulator } from '../../../support/grafana/simulator.ts';
import { eventually } from '../../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../../support/service.ts';

const BOARDS = ['one', 'two', 'three'];

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await grafana.close();
});

async function api(route: string, body?: unknown) {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const permit = (uid: string, items: object[]) => api(`POST /api/dashboards/uid/${uid}/permissions`, { items });

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const run = await service.ended(json.id);
  expect(run).toMatchObject({ status: 'complete' });
  return String(run['snapshot']);
}

async function apply(request: object): Promise<string> {
  const { json: plan } = await service.call('POST', '/restores', request);
  const { json: run } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
  expect(run.error).toBeUndefined();
  return String(run.id);
}

/** Restores the snapshot, ends the service while the restore writes permissions, and finishes it. @returns both runs */
async function cutAndFinish(snapshot: string): Promise<[string, string]> {
  grafana.setFaults({ match: /^POST .*access-control/, action: { kind: 'hang' } });
  const begun = grafana.writes().length;
  const cut = await apply({ snapshot, selection: { type: 'everything' } });
  const isAsked = ({ path }: { path: string }): boolean => path.startsWith('/api/access-control/');
  await eventually('the first permissions', () => grafana.writes().slice(begun).some(isAsked) || undefined);
  const { directory } = service;
  await service.stop();
  grafana.setFaults();
  service = await startService({ grafanaUrl: grafana.url, directory });
  const { json: dead } = await service.call('GET', `/runs/${cut}`);
  expect(dead).toMatchObject({ status: 'interrupted' });
  const finish = await apply(dead.request);
  expect(await service.ended(finish)).toMatchObject({ status: 'complete' });
  return [cut, finish];
}

it('GET /changes lists permissions as changes of the restore that left them, and as no others', async () => {
  const ada = await api('POST /api/admin/users', { login: 'ada', password: 'a-long-one', OrgId: 1 });
  for (const uid of BOARDS) {
    await api('POST /api/dashboards/db', { dashboard: { uid, title: uid, panels: [] } });
    await permit(uid, [
      { userId: ada.id, permission: 4 },
      { role: 'Viewer', permission: 1 },
    ]);
  }
  const snapshot = await backUp();
  for (const uid of BOARDS) {
    await api(`DELETE /api/dashboards/uid/${uid}`);
  }
  const lost = await backUp();
  const [cut, finish] = await cutAndFinish(snapshot);
  await backUp();
  const { items } = (await service.call('GET', '/changes?limit=100')).json as ChangePage;
  const since = items.filter(({ snapshots: { first } }) => first > lost);
  const found = new Set(since.map(({ what, resource, restored }) => [what, resource?.kind, restored?.run].join(' ')));
  expect([...found]).toEqual(
    expect.arrayContaining([`returned dashboard ${cut}`, `changed dashboard-permissions ${finish}`]),
  );
  found.delete(`returned dashboard-permissions ${cut}`);
  expect(found.size).toBe(2);
});

it('GET /changes lists a folder that an interrupted restore created as its change', async () => {
  await api('POST /api/folders', { uid: 'area', title: 'Area' });
  await api('POST /api/dashboards/db', { dashboard: { uid: 'one', title: 'one', panels: [] }, folderUid: 'area' });
  const snapshot = await backUp();
  await api('DELETE /api/folders/area');
  const lost = await backUp();
  const [cut] = await cutAndFinish(snapshot);
  await backUp();
  const { items } = (await service.call('GET', '/changes?limit=100')).json as ChangePage;
  const since = items.filter(({ snapshots: { first }, resource }) => first > lost && resource?.kind === 'folder');
  expect(since.map(({ what, restored }) => [what, restored?.run])).toEqual([['returned', cut]]);
});
