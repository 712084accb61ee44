import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Readiness } from '../../../pkg/contract/api/readiness.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  await asAdmin('POST /api/orgs', { name: 'Second' });
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

const asAdmin = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

async function line(): Promise<{ level: string; detail: string } | undefined> {
  const { evidence } = (await service.call('GET', '/readiness')).json as Readiness;
  return evidence.find(({ code }) => code === 'secrets');
}

/** Whether a recovery kit lists the password among the secrets to enter again. */
async function inKit(): Promise<boolean> {
  const { json } = await service.call('GET', '/recovery-kit');
  return /<td>Prom<\/td>\s*<td>basicAuthPassword<\/td>/.test(json.text);
}

it('names the password of a data source that nobody has entered since a restore, as the recovery kit does', async () => {
  const source = { uid: 'prom', name: 'Prom', type: 'prometheus', access: 'proxy', url: 'http://p' };
  const secret = { secureJsonData: { basicAuthPassword: 'x' } };
  await asAdmin('POST /api/datasources', { ...source, ...secret });
  const snapshot = await backUp();
  expect((await line())?.detail).not.toContain('Prom');
  await asAdmin('DELETE /api/datasources/uid/prom');
  const selection = { type: 'resources', resources: [{ org: 1, kind: 'data-source', uid: 'prom' }] };
  const { json: plan } = await service.call('POST', '/restores', { snapshot, selection });
  const { json } = await service.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
  expect(await service.ended(json.id)).toMatchObject({ status: 'complete' });
  await backUp();
  expect(await line()).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('Prom: basicAuthPassword (Main Org.)'),
  });
  expect(await inKit()).toBe(true);

  await asAdmin('PUT /api/datasources/uid/prom', { ...source, ...secret });
  await backUp();
  expect((await line())?.detail).not.toContain('Prom');
});
