import { expect, it } from 'vitest';
import { servedClient } from './served-client.ts';

/** A Grafana whose SQLite is busy for the first request. */
async function busyOnce() {
  const asked: string[] = [];
  const { client } = await servedClient((request, response) => {
    asked.push(request.method ?? '');
    response.writeHead(asked.length === 1 ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(asked.length === 1 ? { message: 'database is locked' } : {}));
  });
  return { client, asked };
}

it('a deletion that a busy SQLite refused is repeated', async () => {
  const { client, asked } = await busyOnce();
  await client.delete('/api/dashboards/uid/a');
  expect(asked).toEqual(['DELETE', 'DELETE']);
});

it('another write is not: part of it can be stored', async () => {
  const { client, asked } = await busyOnce();
  await expect(client.post('/api/dashboards/db', {})).rejects.toThrow('database is locked');
  expect(asked).toEqual(['POST']);
});

it('a quota that is reached is no lack of permission', async () => {
  const { client } = await servedClient((_request, response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ reason: 'Forbidden', message: '"a" is forbidden: Dashboard quota reached' }));
  });
  const write = client.post('/apis/dashboard.grafana.app/v1/namespaces/default/dashboards', {});
  await expect(write).rejects.toMatchObject({ code: 'DK_GRAFANA_REFUSED' });
  await expect(write).rejects.toThrow('quota reached');
});
