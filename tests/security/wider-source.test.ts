import { describe, expect, it } from 'vitest';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * What a data source shows is narrowed by more than its account: the index that it reads, a header that names the
 * tenant, parameters that its store adds to each query. Under an earlier one, everyone who may query reads more.
 */

interface Item {
  kind: string;
  security: object[];
}

labHooks();

const narrowed: [string, string, object, object][] = [
  ['the index of Elasticsearch', 'elasticsearch', { index: '*' }, { index: 'public-*' }],
  ['parameters of Prometheus', 'prometheus', {}, { customQueryParameters: 'extra_label=tenant=public' }],
  ['the header that names a tenant', 'loki', {}, { httpHeaderName1: 'X-Scope-OrgID' }],
  ['another header that names a tenant', 'loki', { httpHeaderName1: 'X-Unused' }, { httpHeaderName1: 'X-Scope-OrgID' }],
  ['the organization of InfluxDB', 'influxdb', { organization: 'board' }, { organization: 'public' }],
  ['pairs of InfluxDB', 'influxdb', {}, { metadata: [{ tenant: 'public' }] }],
  ['the default project of Google', 'stackdriver', { defaultProject: 'board' }, { defaultProject: 'public' }],
];

/** What a plan says that brings the settings from before over those from after. */
async function plan(type: string, before: object, after: object): Promise<object> {
  const { api, dashkeep } = currentLab();
  const source = { uid: 'source', name: 'source', type, access: 'proxy', url: 'http://store.example:9200' };
  await api('POST /api/datasources', { ...source, jsonData: before });
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api('PUT /api/datasources/uid/source', { ...source, jsonData: after });
  const { json } = await dashkeep(['restore', 'latest', '--only', 'data-source/source', '--overwrite']);
  const [item] = (json.plan as Item[]).filter(({ kind }) => kind === 'data-source');
  return { said: item?.security.length, confirm: json.confirm };
}

describe('a data source that reads less than in the snapshot', () => {
  it('asks for nothing where only the form of queries differs', async () => {
    expect(await plan('prometheus', { timeInterval: '30s', httpMethod: 'POST' }, { timeInterval: '15s' })).toEqual({
      said: 0,
      confirm: undefined,
    });
  });

  it('shows no secret that a plugin keeps among its settings', async () => {
    expect(await plan('made-up', { apiToken: 'hush-1' }, { apiToken: 'hush-2' })).toMatchObject({ said: 1 });
    const { out } = await currentLab().dashkeep(['restore', 'latest', '--only', 'data-source/source', '--overwrite']);
    expect(out).not.toContain('hush');
  });

  it.each(narrowed)('is not widened unasked: %s', async (_, type, before, after) => {
    expect(await plan(type, before, after)).toEqual({ said: 1, confirm: '1 security change' });
  });
});
