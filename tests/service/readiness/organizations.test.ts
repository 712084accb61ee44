import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Readiness, ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestResponse, type TestService } from '../../support/service.ts';

const OTHER = 'token-of-the-second-org-0123456789';
let grafana: Simulator;
let service: TestService;
let org: number;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  org = (await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' })).body.orgId;
  await addSecret('of-home', 1);
  await addSecret('of-second', org);
  const environment = { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${org}`]: OTHER };
  service = await startService({ grafanaUrl: grafana.url, environment });
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

async function addSecret(name: string, id: number): Promise<void> {
  const body = {
    name,
    type: 'prometheus',
    access: 'proxy',
    url: 'http://p',
    secureJsonData: { basicAuthPassword: 'x' },
  };
  const header = { 'x-grafana-org-id': String(id) };
  expect((await call(grafana, 'admin:admin', 'POST /api/datasources', body, header)).status).toBe(200);
}

const asOther = (method: string, path: string, body?: unknown): Promise<TestResponse> =>
  service.call(method, path, body, { authorization: `Bearer ${OTHER}` });

function named(report: Readiness, code: string): ReadinessLine | undefined {
  return report.evidence.find((one) => one.code === code);
}

it('shows an organization its own secrets, and nothing of the bucket', async () => {
  const { json } = await asOther('GET', '/readiness');
  const codes = (json as Readiness).evidence.map(({ code }) => code);
  expect(codes).toEqual(
    'backup coverage signatures verification restore-test secrets plugins grafana schedule'.split(' '),
  );
  expect(named(json, 'secrets')?.items?.map(({ title }) => title)).toEqual(['of-second']);
  expect(named(json, 'secrets')?.confirmable).toBeUndefined();
  expect(JSON.stringify(json)).not.toContain('of-home');
});

it('shows the home organization how many secrets the others have, without their names', async () => {
  const { json } = await service.call('GET', '/readiness');
  expect(named(json, 'secrets')).toMatchObject({
    detail: expect.stringMatching(/lacks: 2; 1 of them in other organizations/),
    items: [expect.objectContaining({ title: 'of-home' })],
    confirmable: true,
  });
});

it('lets only the home organization confirm', async () => {
  const refused = await asOther('POST', '/readiness/confirmations', { line: 'secrets' });
  expect([refused.status, refused.json.error.code]).toEqual([403, 'DK_HOME_ORGANIZATION']);
  const none = await service.call('POST', '/readiness/confirmations', { line: 'private-key' });
  expect([none.status, none.json.error.code]).toEqual([404, 'DK_NOT_FOUND']);
  const header = { 'x-grafana-context': JSON.stringify({ login: 'ada' }) };
  const { json } = await service.call('POST', '/readiness/confirmations', { line: 'secrets' }, header);
  expect(named(json, 'secrets')).toMatchObject({ level: 'ok', detail: expect.stringContaining('ada confirmed it') });
  const seen = named((await asOther('GET', '/readiness')).json, 'secrets');
  expect(seen).toMatchObject({ level: 'ok', detail: expect.not.stringContaining('ada') });
});

it('says of a line that it can check itself that there is nothing to confirm', async () => {
  const { status, json } = await service.call('POST', '/readiness/confirmations', { line: 'private-key' });
  expect(status).toBe(404);
  expect(json.error.hint).toBe('Dashkeep checks this itself, or this does not apply here.');
});
