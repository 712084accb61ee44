import { expect, it } from 'vitest';
import { grafana, service, setUp } from './harness.ts';

setUp();

it('the result of a restore that finishes another lists what the first one left incomplete', async () => {
  const headers = { authorization: `Bearer ${grafana.token()}`, 'content-type': 'application/json' };
  const body = JSON.stringify({
    uid: 'prom',
    name: 'Prometheus',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://prometheus:9090',
    secureJsonData: { basicAuthPassword: 'x' },
  });
  await fetch(`${grafana.url}/api/datasources`, { method: 'POST', headers, body });
  const { snapshot } = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const remove = (path: string) => fetch(`${grafana.url}${path}`, { method: 'DELETE', headers });
  const restored = async (selection: object) => {
    const { json: plan } = await service.call('POST', '/restores', { snapshot, selection });
    const { json: run } = await service.call('POST', `/restores/${plan.id}/apply`, {});
    expect(await service.ended(run.id)).toMatchObject({ status: 'complete' });
    const { json: after } = await service.call('GET', `/restores/${plan.id}`);
    return { after, results: (await service.call('GET', `/restores/${plan.id}/results`)).json.items };
  };
  const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard&limit=1`);
  await remove('/api/datasources/uid/prom');
  await remove(`/api/dashboards/uid/${list.items[0].uid}`);
  const source = { org: 1, kind: 'data-source', uid: 'prom' };
  const incomplete = { ...source, losses: ['enter again: basicAuthPassword'], found: { org: 1, uid: 'prom' } };

  const first = await restored({ type: 'resources', resources: [source] });
  expect(first.results).toMatchObject([{ ...incomplete, outcome: 'verified' }]);

  const { after, results } = await restored({ type: 'everything' });
  expect(after).toMatchObject({ losing: 1, outcomes: { verified: 2, skipped: 1 } });
  expect(results[0]).toMatchObject({ ...incomplete, outcome: 'skipped', code: 'same' });
  expect(results[0].lost).toEqual([{ code: 'enter-again', params: { field: 'basicAuthPassword' } }]);
});
