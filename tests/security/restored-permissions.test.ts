import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChangePage } from '../../pkg/contract/api/changes.ts';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** Someone grants himself Admin after a restore wrote permissions, so that this seems to be the restore's change. */
let grafana: Simulator;
let service: TestService;
let mallory: number;
let run: string;

async function api(route: string, body?: unknown) {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const VIEWER = { role: 'Viewer', permission: 1 };
const permit = (uid: string, items: object[]) => api(`POST /api/dashboards/uid/${uid}/permissions`, { items });

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
  mallory = (await api('POST /api/admin/users', { login: 'mallory', password: 'a-long-one', OrgId: 1 })).id;
  await api('POST /api/dashboards/db', { dashboard: { uid: 'board', title: 'Board', panels: [] } });
  await permit('board', [VIEWER]);
  const snapshot = await backUp();
  await api('DELETE /api/dashboards/uid/board');
  await backUp();
  const selection = { type: 'everything' };
  const { json: plan } = await service.call('POST', '/restores', { snapshot, selection });
  const { json } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
  run = String((await service.ended(json.id))['id']);
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** What the page says of the permissions: who got what, and by which restore. */
async function listed() {
  const { items } = (await service.call('GET', '/changes')).json as ChangePage;
  return items
    .filter(({ resource }) => resource?.kind === 'dashboard-permissions')
    .map(({ changes = [], restored }) => [
      changes.map(({ params }) => `${params['name']} ${params['after']}`),
      restored,
    ]);
}

/** Changes the record of the restore in the bucket: it left the permissions as the newest snapshot has them. */
async function forge(snapshot: string): Promise<void> {
  const query = 'org=1&kind=dashboard-permissions&uid=board';
  const { json } = await service.call('GET', `/snapshots/${snapshot}/resource?${query}`);
  const file = join(service.directory, 'target/runs', `${run}.json`);
  const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord;
  const touched = record.touched?.map((one) => ({ ...one, mark: String(json.object).slice(0, 32) }));
  await writeFile(file, JSON.stringify({ ...record, touched }));
}

it('lists no permissions that are as before, or as the restore left them', async () => {
  await backUp();
  expect(await listed()).toEqual([]);
});

it('lists what someone got after the restore as no change of a restore, also by a forged record', async () => {
  await permit('board', [VIEWER, { userId: mallory, permission: 4 }]);
  const snapshot = await backUp();
  expect(await listed()).toEqual([[['mallory Admin'], undefined]]);
  await forge(snapshot);
  const { directory } = service;
  await service.stop();
  service = await startService({ grafanaUrl: grafana.url, directory });
  expect(await listed()).toEqual([[['mallory Admin'], undefined]]);
});

it('lists what someone got after a backup showed what the restore left', async () => {
  await backUp();
  await permit('board', [VIEWER, { userId: mallory, permission: 4 }]);
  await backUp();
  expect(await listed()).toEqual([[['mallory Admin'], undefined]]);
});
