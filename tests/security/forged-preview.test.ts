import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Forger, idIn, madeUp } from '../support/repository/forger.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { call } from '../simulator/http.ts';

/** Somebody with write access to the bucket puts a dashboard there whose panel queries as anyone who looks at it. */
let grafana: Simulator;
let service: TestService;
const forged = idIn(3_600_000);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  const dashboard = { uid: 'board', title: 'Board', panels: [] };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard });
  service = await startService({ grafanaUrl: grafana.url });
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  await service.ended(run.id);
  const forger = new Forger(join(service.directory, 'target'));
  const body = await forger.putObject({ uid: 'board', title: 'Board', panels: [{ id: 1, type: 'forged' }] });
  const entry = { org: 1, kind: 'dashboard' as const, uid: 'board', title: 'Board', folder: '', ...body };
  await forger.putManifest(madeUp(forged, [entry]));
});

afterEach(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

it('a forged snapshot is not opened, and nothing of it reaches Grafana', async () => {
  const { status, json } = await service.call('POST', '/previews', { snapshot: forged, uid: 'board' });
  expect([status, json.error.code]).toEqual([409, 'DK_SNAPSHOT_FOREIGN']);
  const { body } = await call(grafana, 'admin:admin', 'GET /api/search?type=dash-db');
  expect(body).toHaveLength(1);
  expect((await call(grafana, 'admin:admin', 'GET /api/folders/dashkeep-previews')).status).toBe(404);
});

it('an own snapshot is opened', async () => {
  const { status, json } = await service.call('POST', '/previews', { snapshot: 'latest', uid: 'board' });
  expect([status, json.title]).toEqual([201, expect.stringContaining('Board (as of ')]);
});
