import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * A Grafana that was rebuilt gives the number of an organization to another one. A restore that names no organization
 * writes what the first one held into the second one.
 */

labHooks();

const EVERYTHING = ['restore', 'latest', '--orgs', 'all'];

/** A snapshot of an organization, and a Grafana in which another one has its ID, with its own dashboard. */
async function rebuilt(): Promise<{ org: number; has: (uid: string) => Promise<boolean> }> {
  const { api, dashkeep, grafana } = currentLab();
  const org = Number((await api('POST /api/orgs', { name: 'Customer' }))['orgId']);
  const dashboard = (uid: string) => ({ dashboard: { uid, title: uid, schemaVersion: 39, panels: [] } });
  await api('POST /api/dashboards/db', dashboard('salaries'), org);
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  grafana.burn();
  expect(Number((await api('POST /api/orgs', { name: 'Other' }))['orgId'])).toBe(org);
  await api('POST /api/dashboards/db', dashboard('own'), org);
  const headers = { 'x-grafana-org-id': String(org) };
  const read = (uid: string) => call(grafana, 'admin:admin', `GET /api/dashboards/uid/${uid}`, undefined, headers);
  return { org, has: async (uid) => (await read(uid)).status === 200 };
}

it('an organization gets nothing unasked of the one that had its number', async () => {
  const { has } = await rebuilt();
  await currentLab()
    .dashkeep([...EVERYTHING, '--apply'])
    .catch(() => undefined);
  expect(await has('salaries')).toBe(false);
});

it('loses nothing that the other one did not have', async () => {
  const { has } = await rebuilt();
  const { json } = await currentLab().dashkeep([...EVERYTHING, '--delete-extra']);
  const confirm = json.confirm === undefined ? [] : ['--confirm', String(json.confirm)];
  await currentLab().dashkeep([...EVERYTHING, '--delete-extra', '--apply', ...confirm]);
  expect([await has('own'), await has('salaries')]).toEqual([true, false]);
});

it('the plan says which names contradict each other, and what restores all the same', async () => {
  const { org, has } = await rebuilt();
  const { json } = await currentLab().dashkeep(EVERYTHING);
  const plan = json.plan as { org: number; uid: string; action: string; params: Record<string, string> }[];
  expect(plan.find(({ uid }) => uid === 'salaries')).toMatchObject({
    action: 'blocked',
    code: 'org-other',
    params: { org: String(org), name: 'Customer', now: 'Other' },
  });
  const chosen = ['restore', 'latest', '--map-org', `${org}=${org}`];
  const { json: asked } = await currentLab().dashkeep(chosen);
  const confirm = asked.confirm === undefined ? [] : ['--confirm', String(asked.confirm)];
  await currentLab().dashkeep([...chosen, '--apply', ...confirm]);
  expect(await has('salaries')).toBe(true);
});

it('a restore test copies nothing into it', async () => {
  const { org, has } = await rebuilt();
  const { api, dashkeep, grafana } = currentLab();
  const account = await api('POST /api/serviceaccounts', { name: 'backup', role: 'Admin' }, org);
  const { key } = await api(`POST /api/serviceaccounts/${String(account['id'])}/tokens`, { name: 'backup' }, org);
  grafana.clearRequests();
  const { json } = await dashkeep(['drill', 'latest'], { GRAFANA_API_TOKEN: String(key) });
  expect(json.skipped).toContainEqual(expect.objectContaining({ code: 'org-other', problem: true }));
  expect(grafana.writes()).toEqual([]);
  expect(await has('own')).toBe(true);
});

it('the main organization gets its content back whatever its name', async () => {
  const { api, dashkeep, grafana } = currentLab();
  await api('PUT /api/orgs/1', { name: 'ACME' });
  await api('POST /api/dashboards/db', { dashboard: { uid: 'own', title: 'own', schemaVersion: 39, panels: [] } });
  expect((await dashkeep(['backup'])).json.status).toBe('complete');
  grafana.burn();
  const { json } = await dashkeep(['restore', 'latest']);
  expect((json.plan as { uid: string; action: string }[]).find(({ uid }) => uid === 'own')?.action).toBe('create');
});
