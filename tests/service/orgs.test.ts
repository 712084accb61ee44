import { afterEach, beforeEach, expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { fastClock } from '../support/fast-clock.ts';
import { eventually } from '../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

const MINUTE = 60_000;

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

/** As a person makes one. */
async function createOrg(name: string): Promise<number> {
  const created = await fetch(`${grafana.url}/api/orgs`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('admin:admin')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  return ((await created.json()) as { orgId: number }).orgId;
}

it('reaches all organizations when the deployment says so, and nobody else does', async () => {
  const orgId = await createOrg('Second');
  const reached = async () =>
    ((await service.call('GET', '/status')).json.token.orgs as { id: number }[]).map(({ id }) => id);
  await eventually('the home org', async () => (await reached()).length === 1);

  // Until then the status names what is left out.
  await service.service.keeper?.check();
  const before = (await service.call('GET', '/status')).json;
  expect(before.notCovered).toEqual([{ id: orgId, name: 'Second' }]);
  expect(before.warnings).toContainEqual({
    code: 'DK_SETTINGS',
    message: `organization Second (${orgId}) is not backed up`,
    why: { code: 'org-not-covered', params: { id: String(orgId), name: 'Second' } },
    hint: expect.stringContaining('DASHKEEP_ORGS=all'),
    advice: { code: 'include-org', params: {} },
  });
  const { checks } = (await service.call('GET', '/doctor')).json;
  expect(checks).toContainEqual(expect.objectContaining({ name: `organization ${orgId}`, status: 'warning' }));

  // Only the deployment widens that, and no page says that it has done so.
  const settings = (await service.call('GET', '/settings')).json;
  const { scope } = settings.values;
  expect(settings.owners['scope.orgs']).toEqual({
    owner: 'default',
    locked: {
      code: 'deployment-only',
      params: { variable: 'DASHKEEP_ORGS', chart: 'config.DASHKEEP_ORGS' },
    },
  });
  const saved = await service.call('PUT', '/settings', { values: { scope: { ...scope, orgs: 'all' } } });
  expect([saved.status, saved.json.error.code]).toEqual([400, 'DK_SETTINGS']);
  expect(saved.json.error.fields['scope.orgs']).toContain('DASHKEEP_ORGS');
  await service.stop();
  const { directory } = service;
  service = await startService({ grafanaUrl: grafana.url, directory, environment: { DASHKEEP_ORGS: 'all' } });
  await eventually('the second org', async () => (await reached()).includes(orgId));

  expect((await service.call('GET', '/status')).json).not.toHaveProperty('notCovered');

  const run = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const manifest = await service.service.repositoryCache.manifest(String(run['snapshot']), AbortSignal.timeout(10_000));
  expect(manifest.orgs).toMatchObject([{ id: 1 }, { id: orgId, name: 'Second' }]);
  const shown = await service.call('GET', `/snapshots/${String(run['snapshot'])}`);
  expect(shown.json.orgs).toMatchObject([{ id: 1 }]);
  expect(shown.json.orgs).toHaveLength(1);
});

it('names an organization that was made after the start within five minutes', async () => {
  await service.stop();
  const clock = fastClock(60);
  service = await startService({ grafanaUrl: grafana.url, clock });
  const status = async () => (await service.call('GET', '/status')).json;
  await eventually('the token', async () => (await status()).token.state === 'valid');
  // The looks of the start are over.
  await service.service.keeper?.check();
  const made = clock.monotonic();
  const id = await createOrg('Later');
  await eventually('the warning', async () => (await status()).notCovered !== undefined);
  expect((clock.monotonic() - made) / MINUTE).toBeLessThan(5);
  expect((await status()).notCovered).toEqual([{ id, name: 'Later' }]);
});

it('names it after the next backup', async () => {
  await eventually('the token', async () => (await service.call('GET', '/status')).json.token.state === 'valid');
  await service.service.keeper?.check();
  const id = await createOrg('Later');
  await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  expect((await service.call('GET', '/status')).json.notCovered).toEqual([{ id, name: 'Later' }]);
});

it('backs it up with the next backup, where all organizations are wanted', async () => {
  await service.stop();
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
  await eventually('the token', async () => (await service.call('GET', '/status')).json.token.state === 'valid');
  await service.service.keeper?.check();
  const id = await createOrg('Later');
  const run = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  const { orgs } = await service.service.repositoryCache.manifest(String(run['snapshot']), AbortSignal.timeout(10_000));
  expect(orgs).toMatchObject([{ id: 1 }, { id, name: 'Later' }]);
});

it.each([
  { orgs: 'all', then: { status: 'complete' } },
  { orgs: '1,2', then: { status: 'failed', failure: { message: 'Grafana has no organization 2' } } },
])('backs up right after an organization was deleted together with its token ($orgs)', async ({ orgs, then }) => {
  await service.stop();
  const id = await createOrg('Soon gone');
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: orgs } });
  await eventually('the tokens', async () => service.service.keeper?.orgs.length === 2);
  const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  expect(await backUp()).toMatchObject({ status: 'complete' });
  await fetch(`${grafana.url}/api/orgs/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Basic ${btoa('admin:admin')}` },
  });
  expect(await backUp()).toMatchObject(then);
});

it('claims to cover all of them no longer once the admin may not list them', async () => {
  await service.stop();
  const DASHKEEP_EXCLUDE_KINDS = 'org,user,sso-settings,server-settings';
  const environment = { DASHKEEP_ORGS: 'all', DASHKEEP_EXCLUDE_KINDS };
  service = await startService({ grafanaUrl: grafana.url, environment });
  const status = async () => (await service.call('GET', '/status')).json;
  const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  await eventually('the token', async () => (await status()).token.state === 'valid');
  await backUp();
  await eventually('protection', async () => (await status()).protection === 'yes');
  expect((await status()).coverage.orgs).toEqual({ read: 1, existing: 1 });
  await createOrg('Later');
  for (const user of grafana.state.users.values()) {
    user.isGrafanaAdmin = false;
  }
  await backUp();
  await eventually('the claim to end', async () => (await status()).coverage.orgs.existing === undefined);
  expect((await status()).protection).toBe('uncovered');
});

it('goes on when Grafana has no organization of that number, and says so', async () => {
  await service.stop();
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: '1,77' } });
  await eventually('the token', async () => (await service.call('GET', '/status')).json.token.state === 'valid');
  const run = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  expect(run).toMatchObject({ status: 'failed', failure: { message: 'Grafana has no organization 77' } });
});

it('does not try a wrong password so often that Grafana locks the account', async () => {
  await service.stop();
  const clock = fastClock(300);
  service = await startService({ grafanaUrl: grafana.url, clock });
  const token = async () => (await service.call('GET', '/status')).json.token;
  await eventually('the token', async () => (await token()).state === 'valid');
  for (const user of grafana.state.users.values()) {
    user.password = 'another';
  }
  grafana.clearRequests();
  const begun = clock.monotonic();
  await eventually('a quarter of an hour', async () => clock.monotonic() - begun > 15 * MINUTE);
  const refused = grafana.requests.filter(({ status }) => status === 401);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(5);
});
