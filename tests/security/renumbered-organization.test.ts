import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';
import { variants } from '../support/budget.ts';

/**
 * A Grafana that was rebuilt numbers its organizations otherwise where one had been deleted before. The Admin of an
 * organization asks for what another one had under that number.
 */
const TOKEN = 'api-token-of-the-other-0123456789';
let grafana: Simulator;
let service: TestService;
let newest: string;

async function addOrg(name: string): Promise<number> {
  return Number((await call(grafana, 'admin:admin', 'POST /api/orgs', { name })).body.orgId);
}

function start(org: number, directory?: string): Promise<TestService> {
  const environment = { DASHKEEP_ORGS: 'all', [`DASHKEEP_API_TOKEN_ORG_${org}`]: TOKEN };
  return startService({ grafanaUrl: grafana.url, environment, directory });
}

async function save(uid: string, org: number): Promise<void> {
  const dashboard = { uid, title: 'Salaries', schemaVersion: 39, panels: [{ id: 1, title: 'payroll' }] };
  const headers = { 'x-grafana-org-id': String(org) };
  await call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard }, headers);
}

async function backUp(): Promise<string> {
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(run.id))['snapshot']);
}

const asOther = (method: string, path: string, body?: unknown) =>
  service.call(method, path, body, { authorization: `Bearer ${TOKEN}` });

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** By hand, or as docs/disaster-recovery.md says, from a backup after the customer had left. */
const ways: [string, () => Promise<unknown>][] = [
  ['by hand', () => addOrg('Other')],
  ['with --everything', restoreEverything],
];

function dashkeep(...args: string[]): Promise<Ended> {
  const target = ['--target', `file://${service.directory}/target`, '--state-dir', `${service.directory}/state`];
  const admin = { GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return runCli([...args, '--json', ...target], admin);
}

async function restoreEverything(): Promise<void> {
  const args = ['restore', newest, '--everything'];
  const { json } = await dashkeep(...args);
  const confirm = json.confirm === undefined ? [] : ['--confirm', String(json.confirm)];
  await dashkeep(...args, '--apply', ...confirm);
}

it.each(variants(ways))(
  'an organization sees nothing of the one that had its number: set up %s',
  async (_, setUpAgain) => {
    const customer = await addOrg('Customer');
    const other = await addOrg('Other');
    await save('salaries', customer);
    service = await start(other);
    const old = await backUp();
    expect((await asOther('GET', `/snapshots/${old}/resources`)).text).not.toContain('Salaries');
    await service.stop();
    await call(grafana, 'admin:admin', `DELETE /api/orgs/${customer}`);
    newest = (await dashkeep('backup', '--orgs', 'all')).json.snapshot;

    grafana.burn();
    await setUpAgain();
    expect([...grafana.state.orgs.values()].map(({ id, name }) => [id, name])).toEqual([
      [1, 'Main Org.'],
      [customer, 'Other'],
    ]);
    service = await start(customer, service.directory);
    await backUp();

    // Nor after it took the name of that one, which is free.
    const seen = [await seenOf(customer, old)];
    await call(grafana, 'admin:admin', `PUT /api/orgs/${customer}`, { name: 'Customer' });
    await service.stop();
    service = await start(customer, service.directory);
    const own = await backUp();
    seen.push(await seenOf(customer, old));
    expect(seen.flat().filter((text) => text.includes('Salaries') || text.includes('payroll'))).toEqual([]);
    expect((await asOther('GET', `/snapshots/${own}/resources`)).status).toBe(200);
  },
);

/** All that an organization is shown of a snapshot, and of what there was. */
async function seenOf(org: number, old: string): Promise<string[]> {
  const listed = await asOther('GET', `/snapshots/${old}/resources?kind=dashboard`);
  const body = await asOther('GET', `/snapshots/${old}/resource?org=${org}&kind=dashboard&uid=salaries`);
  const found = await asOther('GET', '/search?q=payroll');
  const versions = await asOther('GET', `/resources/${org}/dashboard/salaries/versions`);
  const { json: made } = await asOther('POST', '/restores', { snapshot: old, selection: { type: 'everything' } });
  const plan = await asOther('GET', `/restores/${made.id}/items`);
  const meant = await asOther('GET', `/resources/${org}/dashboard/salarie/versions`);
  const all = await asOther('GET', '/snapshots');
  expect((all.json.items as { id: string }[]).map(({ id }) => id)).not.toContain(old);
  expect(found.json.total).toBe(0);
  return [listed, body, found, versions, plan, meant, all].map(({ text }) => text);
}

it('so it is where the service knows the present organizations only', async () => {
  const org = await addOrg('Customer');
  await save('salaries', org);
  service = await start(org);
  const old = await backUp();
  const { json: plan } = await asOther('POST', '/restores', { snapshot: old, selection: { type: 'everything' } });
  const { json: restore } = await asOther('POST', `/restores/${plan.id}/apply`, {});
  await service.ended(restore.id);
  expect((await asOther('GET', `/runs/${restore.id}`)).status).toBe(200);
  await service.stop();
  await rm(join(service.directory, 'state', 'organizations.json'));
  await call(grafana, 'admin:admin', `PUT /api/orgs/${org}`, { name: 'Other' });
  service = await start(org, service.directory);
  expect((await seenOf(org, old)).filter((text) => text.includes('payroll'))).toEqual([]);
  expect((await asOther('GET', `/runs/${restore.id}`)).status).toBe(404);
  expect((await asOther('GET', '/runs')).text).not.toContain(restore.id);
});

it('an organization that was renamed keeps what it had', async () => {
  const org = await addOrg('Before');
  await save('own', org);
  service = await start(org);
  const old = await backUp();
  await call(grafana, 'admin:admin', `PUT /api/orgs/${org}`, { name: 'After' });
  await service.stop();
  service = await start(org, service.directory);
  const last = await backUp();
  for (const id of [old, last]) {
    const { json } = await asOther('GET', `/snapshots/${id}/resources?kind=dashboard`);
    expect(json.items).toMatchObject([{ uid: 'own' }]);
  }
  const { json: found } = await asOther('GET', `/resources/${org}/dashboard/own/versions`);
  expect(found.items[0].snapshots).toMatchObject({ first: old, last, count: 2 });
  const { json: plan } = await asOther('POST', '/restores', { snapshot: old, selection: { type: 'everything' } });
  expect(plan.counts).toMatchObject({ blocked: 0 });
});
