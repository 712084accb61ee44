import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Status } from '../../../pkg/contract/api/status.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_ORGS: 'all' } });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await grafana.close();
});

const status = async (): Promise<Status> => (await service.call('GET', '/status')).json as Status;

async function startAgain(environment: Record<string, string | undefined> = {}): Promise<void> {
  await service.stop();
  const { directory } = service;
  service = await startService({
    ...{ grafanaUrl: grafana.url, directory, environment: { DASHKEEP_ORGS: 'all', ...environment } },
  });
}

it.each([
  ['the token and the password', 'password-wrong', { GRAFANA_ADMIN_PASSWORD: 'another' }],
  ['the token, without an admin,', 'invalid', { GRAFANA_ADMIN_USER: undefined, GRAFANA_ADMIN_PASSWORD: undefined }],
])('is failed, although the last backup is complete, while Grafana refuses %s', async (_, state, environment) => {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000 }).toBe(snapshot);
  expect(await status()).toMatchObject({ protection: 'yes', token: { state: 'valid' } });

  for (const { id } of [...grafana.state.org(1).serviceAccounts.values()]) {
    await call(grafana, 'admin:admin', `DELETE /api/serviceaccounts/${id}`);
  }
  await startAgain(environment);
  await expect.poll(async () => (await status()).token.state, { timeout: 20_000 }).toBe(state);
  await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000 }).toBe(snapshot);
  expect((await status()).protection).toBe('failed');
});

it('is unknown, not unconfigured, until the first look at the token has ended', async () => {
  const release = grafana.hold('GET /api/org');
  await startAgain();
  expect(await status()).toMatchObject({ protection: 'unknown', token: { state: 'unknown' } });
  release();
  await expect.poll(async () => (await status()).protection, { timeout: 20_000 }).not.toBe('unknown');
});

it('backs up with the tokens that work while Grafana refuses the password, and does not claim to cover everything', async () => {
  const created = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const { orgId } = created.body as { orgId: number };
  await startAgain();
  await expect.poll(async () => (await status()).token.orgs.length, { timeout: 20_000 }).toBe(2);
  await startAgain({ GRAFANA_ADMIN_PASSWORD: 'another', DASHKEEP_SCHEDULE: '0 0 1 1 *' });
  await expect.poll(async () => (await status()).lastBackup?.status, { timeout: 20_000 }).toBe('complete');
  await expect.poll(async () => (await status()).protection, { timeout: 20_000 }).toBe('uncovered');
  const { token, warnings, coverage } = await status();
  expect(token).toMatchObject({ state: 'valid', orgs: [{ id: 1 }, { id: orgId }] });
  expect(coverage?.orgs).toEqual({ read: 2 });
  const message = "Grafana refuses the password of 'admin' from GRAFANA_ADMIN_PASSWORD";
  expect(warnings).toContainEqual(expect.objectContaining({ code: 'DK_BOOTSTRAP', message }));

  // No backup tries the password again.
  const refusals = () => grafana.requests.filter(({ status }) => status === 401).length;
  const before = refusals();
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  expect((await service.ended(json.id))['status']).toBe('complete');
  expect(refusals()).toBe(before);

  // Each check finds the same.
  for (let times = 0; times < 3; times++) {
    await service.service.keeper?.check();
    expect((await status()).token.state).toBe('valid');
  }
});

it.each([
  ['admin', 'another', "Grafana refuses the password of 'admin' from GRAFANA_ADMIN_PASSWORD", /actual password/],
  [
    'viewer',
    'viewer',
    "'viewer' from GRAFANA_ADMIN_PASSWORD lacks a permission in Grafana (",
    /Make this account an Admin of the organization, even if it is a server admin/,
  ],
])(
  'a backup without a token fails with what Grafana refuses, if it is the account %s',
  async (user, password, why, hint) => {
    await call(grafana, 'admin:admin', 'POST /api/admin/users', { login: 'viewer', password: 'viewer' });
    const state = { DASHKEEP_STATE_DIR: join(service.directory, 'another-state'), DASHKEEP_SCHEDULE: '0 0 1 1 *' };
    await startAgain({ ...state, GRAFANA_ADMIN_USER: user, GRAFANA_ADMIN_PASSWORD: password });
    await expect.poll(() => failedRun(), { timeout: 20_000 }).toBeDefined();
    expect(failedRun()).toMatchObject({ code: 'DK_BOOTSTRAP', reason: expect.stringContaining(why) });
    const { problem } = service.service.keeper!.status;
    expect(problem).toMatchObject({ message: failedRun().reason, hint: expect.stringMatching(hint) });
  },
);

// oxlint-disable-next-line typescript/no-explicit-any -- a line of the log
const failedRun = (): any =>
  service.lines.map((line) => JSON.parse(line)).find((line) => JSON.stringify(line).includes('a run has failed'));
