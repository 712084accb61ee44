import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGrafana, type Simulator } from '../support/grafana/index.ts';
import { eventually } from '../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  service = await startService({ grafanaUrl: grafana.url });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

it('reaches all organizations from when that is saved, not only from the next look at the tokens', async () => {
  const created = await fetch(`${grafana.url}/api/orgs`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Second' }),
  });
  const { orgId } = (await created.json()) as { orgId: number };
  const reached = async () =>
    ((await service.call('GET', '/status')).json.token.orgs as { id: number }[]).map(({ id }) => id);
  await eventually('the home org', async () => (await reached()).length === 1);

  // Until then the status names what is left out.
  await service.service.keeper?.check();
  const before = (await service.call('GET', '/status')).json;
  expect(before.notCovered).toEqual([{ id: orgId, name: 'Second' }]);
  expect(before.warnings).toContainEqual({
    code: 'DK_SETTINGS',
    message: `Organization ${orgId} 'Second' is not backed up`,
    hint: expect.stringContaining('DASHKEEP_ORGS=all'),
  });
  const { checks } = (await service.call('GET', '/doctor')).json;
  expect(checks).toContainEqual(expect.objectContaining({ name: `organization ${orgId}`, status: 'warning' }));

  const { scope } = (await service.call('GET', '/settings')).json.values;
  const saved = await service.call('PUT', '/settings', { values: { scope: { ...scope, orgs: 'all' } } });
  expect(saved.status).toBe(200);
  await eventually('the second org', async () => (await reached()).includes(orgId));

  expect((await service.call('GET', '/status')).json).not.toHaveProperty('notCovered');

  const run = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const snapshot = await service.call('GET', `/snapshots/${String(run['snapshot'])}`);
  expect(snapshot.json.orgs).toMatchObject([{ id: 1 }, { id: orgId, name: 'Second' }]);
});
