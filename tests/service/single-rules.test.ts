import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
let second: number;
let first: string;
let newest: string;

const PATH = '/api/v1/provisioning/folder/team/rule-groups/checkout';
const GROUP = 'team/checkout';
const RULE = 'kind=alert-rule&uid=slow';

async function inOrg(org: number, route: string, body?: unknown): Promise<unknown> {
  const headers = { 'x-grafana-org-id': String(org), 'x-disable-provenance': 'true' };
  const answer = await call(grafana, 'admin:admin', route, body, headers);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

async function put(org: number, ...rules: [uid: string, pending: string][]): Promise<void> {
  const made = rules.map(([uid, pending]) => ({
    ...{ uid, title: `Rule ${uid}`, condition: 'A', noDataState: 'OK', execErrState: 'Error', for: pending },
    data: [{ refId: 'A', datasourceUid: '__expr__', relativeTimeRange: { from: 600, to: 0 }, model: { refId: 'A' } }],
  }));
  await inOrg(org, `PUT ${PATH}`, { title: 'checkout', folderUid: 'team', interval: 60, rules: made });
}

async function backup(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

const get = (path: string) => service.call('GET', path);

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  second = Number(((await inOrg(1, 'POST /api/orgs', { name: 'Second' })) as { orgId: number }).orgId);
  for (const org of [1, second]) {
    await inOrg(org, 'POST /api/folders', { uid: 'team', title: 'Team' });
  }
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
  await put(1, ['slow', '1m'], ['down', '2m']);
  await put(second, ['theirs', '1m']);
  first = await backup();
  await put(1, ['slow', '9m'], ['down', '2m']);
  newest = await backup();
  await put(1, ['down', '5m'], ['slow', '10m']);
});
afterAll(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

describe('a single alert rule in the API', () => {
  it('is shown and downloaded by itself, with what it needs', async () => {
    const { json } = await get(`/snapshots/${first}/resource?${RULE}`);
    expect(json).toMatchObject({
      entry: { kind: 'alert-rule-group', uid: GROUP },
      rule: { uid: 'slow', title: 'Rule slow' },
      body: { uid: 'slow', for: '1m' },
    });
    const file = await get(`/snapshots/${first}/download?${RULE}`);
    expect(file.json).toMatchObject({ uid: 'slow', for: '1m' });
    expect((await get(`/snapshots/${first}/resource?kind=alert-rule&uid=nobody`)).status).toBe(404);
  });

  it('has its own versions', async () => {
    const { json } = await get('/resources/1/alert-rule/slow/versions');
    expect(json).toMatchObject({ kind: 'alert-rule', uid: 'slow', title: 'Rule slow', group: GROUP, total: 2 });
    expect(json.items).toMatchObject([
      { what: 'changed', snapshots: { first: newest }, changes: [{ code: 'rule-for' }] },
      { what: 'first-seen', snapshots: { first } },
    ]);
    expect((await get('/resources/1/alert-rule/down/versions')).json).toMatchObject({ total: 1 });
  });

  it('is compared between snapshots, and with Grafana now in both directions', async () => {
    const between = await get(`/diff/resource?from=${first}&to=${newest}&${RULE}`);
    expect(between.json).toMatchObject({
      ...{ change: 'changed', kind: 'alert-rule', uid: 'slow', title: 'Rule slow', truncated: false },
      changes: [{ code: 'rule-for', params: { before: '1m', after: '9m' } }],
    });
    expect(between.json.changes).toHaveLength(1);
    const live = await get(`/diff/resource?from=${first}&to=live&${RULE}`);
    expect(live.json.changes).toMatchObject([{ params: { before: '1m', after: '10m' } }]);
    const back = await get(`/diff/resource?from=live&to=${first}&${RULE}`);
    expect(back.json.changes).toMatchObject([{ params: { before: '10m', after: '1m' } }]);
    expect((await get(`/diff/resource?from=${first}&to=live&kind=alert-rule&uid=nobody`)).status).toBe(404);
  });

  it('is nobody else’s', async () => {
    for (const path of [
      `/snapshots/${first}/resource?kind=alert-rule&uid=theirs&org=${second}`,
      `/resources/${second}/alert-rule/theirs/versions`,
      `/resources/1/alert-rule/theirs/versions`,
      `/diff/resource?from=${first}&to=${newest}&kind=alert-rule&uid=theirs&org=${second}`,
    ]) {
      const { status, json } = await get(path);
      expect(status, path).toBe(404);
      expect(JSON.stringify(json)).not.toContain('Rule theirs');
    }
  });

  it('is restored alone', async () => {
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'alert-rule', uid: 'slow' }] };
    const made = await service.call('POST', '/restores', { snapshot: first, selection, options: { overwrite: true } });
    expect(made.json).toMatchObject({ counts: { update: 1 }, security: 0 });
    const { json } = await get(`/restores/${made.json.id}/items`);
    expect(json.items).toMatchObject([
      { uid: GROUP, code: 'rules-only', rules: [{ uid: 'slow', title: 'Rule slow' }] },
    ]);
    const run = await service.call('POST', `/restores/${made.json.id}/apply`, { confirm: made.json.confirm });
    await service.ended(run.json.id);
    const { rules } = (await inOrg(1, `GET ${PATH}`)) as { rules: { uid: string; for: string }[] };
    expect(rules.map(({ uid, for: pending }) => `${uid} ${pending}`)).toEqual(['down 5m', 'slow 1m']);
  });
});
