import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

/** Stage, and production, where the connection reaches an organization with another ID. */
let stage: Simulator;
let production: Simulator;
let service: TestService;
let org: number;

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown, id = 1): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(id) });
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  ({ orgId: org } = await api(production, 'POST /api/orgs', { name: 'Production' }));
  await api(stage, 'POST /api/folders', { uid: 'f', title: 'F' });
  await api(stage, 'POST /api/dashboards/db', { dashboard: { uid: 'd', title: 'D' }, folderUid: 'f' });
  service = await startService({
    grafanaUrl: stage.url,
    environment: {
      DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
      DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin', orgId: org }),
    },
  });
});
afterEach(async () => {
  await service.stop();
  await Promise.all([stage.close(), production.close()]);
  await removeDirectory(service.directory);
});

it('names each resource that an undo there left as it is', async () => {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  const planned = await service.call('POST', '/restores', {
    snapshot,
    selection: { type: 'kinds', kinds: ['folder', 'dashboard'] },
    options: { to: { connection: 'production' } },
  });
  const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, { confirm: planned.json.confirm });
  const run = await service.ended(applied.json.id);
  const undo = await service.call('POST', `/runs/${String(run['id'])}/undo`);
  // Somebody changes it after the plan.
  await api(
    production,
    'POST /api/dashboards/db',
    { dashboard: { uid: 'd', title: 'Mine' }, folderUid: 'f', overwrite: true },
    org,
  );
  const done = await service.call('POST', `/restores/${undo.json.id}/apply`, { confirm: undo.json.confirm });
  const end = await service.ended(done.json.id);
  expect(end['errors']).toMatchObject([
    { kind: 'dashboard', uid: 'd' },
    { kind: 'folder', uid: 'f' },
  ]);
  expect(end).not.toHaveProperty('warnings');
});
