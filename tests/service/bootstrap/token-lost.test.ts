import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorCheck, Status } from '../../../pkg/contract/api/status.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const NO_ADMIN = { GRAFANA_ADMIN_USER: undefined, GRAFANA_ADMIN_PASSWORD: undefined };

describe('a token that Grafana no longer accepts', () => {
  let grafana: Simulator;
  let service: TestService;

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4' });
  });
  afterEach(async () => {
    await service.stop();
    await grafana.close();
    await removeDirectory(service.directory);
  });

  const admin = { authorization: `Basic ${btoa('admin:admin')}` };
  const status = async (): Promise<Status> => (await service.call('GET', '/status')).json;
  const metric = async (name: string): Promise<string | undefined> =>
    (await (await fetch(`${service.opsUrl}/metrics`)).text())
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1);
  const tokenCheck = async (): Promise<DoctorCheck> =>
    ((await service.call('GET', '/doctor')).json.checks as DoctorCheck[]).find(({ name }) => name.startsWith('token'))!;

  /** As an admin does it on Grafana's page of service accounts. */
  async function deleteAccount(): Promise<void> {
    const search = await fetch(`${grafana.url}/api/serviceaccounts/search`, { headers: admin });
    const { serviceAccounts } = (await search.json()) as { serviceAccounts: { id: number }[] };
    for (const { id } of serviceAccounts) {
      await fetch(`${grafana.url}/api/serviceaccounts/${id}`, { method: 'DELETE', headers: admin });
    }
  }

  const isState = (state: string) => async () => (await status()).token.state === state || undefined;

  it('is replaced within a minute, and the status says so', async () => {
    const clock = fastClock();
    service = await startService({ grafanaUrl: grafana.url, clock });
    await eventually('the first token', isState('valid'));
    expect((await status()).token).not.toHaveProperty('replaced');
    const [first] = grafana.state.tokens;
    const deleted = clock.now();
    await deleteAccount();

    const { replaced } = await eventually('a new token', async () => {
      const { token } = await status();
      return token.replaced === undefined ? undefined : token;
    });
    expect(replaced).toMatchObject({ orgs: [1] });
    expect(Date.parse(replaced!.time) - deleted.getTime()).toBeLessThan(5 * 60_000);
    expect(grafana.state.tokens.map(({ key }) => key)).not.toContain(first?.key);
    expect(grafana.state.tokens).toHaveLength(1);
    expect(await metric('dashkeep_token_valid')).toBe('1');
    expect((await tokenCheck()).detail).toContain('Grafana refused the previous one');
    expect(service.lines.join('\n')).toContain('Grafana rejected the token');
  });

  it('is replaced when a run meets the refusal first, and the run goes on', async () => {
    // Real time: the service has not looked again by itself when the run begins.
    const directory = await accountDirectory();
    const environment = { ...NO_ADMIN, DASHKEEP_ADMIN_SECRET_DIR: join(directory, 'admin') };
    service = await startService({ grafanaUrl: grafana.url, environment });
    await eventually('the first token', isState('valid'));
    await deleteAccount();
    const run = await service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
    expect(run['status']).toBe('complete');
    expect((await status()).token).toMatchObject({ state: 'valid', replaced: { orgs: [1] } });
    await removeDirectory(directory);
  });

  it('is called invalid where there is nothing to make another one with', async () => {
    service = await startService({ grafanaUrl: grafana.url });
    await eventually('the first token', isState('valid'));
    await service.stop();
    service = await startService({
      grafanaUrl: grafana.url,
      environment: NO_ADMIN,
      directory: service.directory,
      clock: fastClock(),
    });
    await eventually('the stored token', isState('valid'));
    await deleteAccount();

    await eventually('the refusal', isState('invalid'));
    const { token } = await status();
    expect(token.problem?.message).toContain('Grafana refuses the stored token');
    expect(token.problem?.hint).toContain('GRAFANA_API_TOKEN');
    expect(await metric('dashkeep_token_valid')).toBe('0');
    expect(await tokenCheck()).toMatchObject({ status: 'failed' });
  });

  it('is called invalid when the deployment gave it, until it gives one that works', async () => {
    const account = grafana.state.addServiceAccount(1, { name: 'given', role: 'Admin' });
    const given = grafana.state.addToken(1, { name: 'given', serviceAccountId: account.id });
    const directory = await accountDirectory();
    const file = join(directory, 'token');
    await writeFile(file, given.key);
    const environment = { ...NO_ADMIN, GRAFANA_API_TOKEN_FILE: file };
    service = await startService({ grafanaUrl: grafana.url, environment, clock: fastClock() });
    await eventually('the given token', isState('valid'));
    expect((await status()).token.source).toBe('environment');
    await deleteAccount();

    await eventually('the refusal', isState('invalid'));
    expect((await status()).token.problem?.hint).toContain('GRAFANA_API_TOKEN');
    expect(await metric('dashkeep_token_valid')).toBe('0');
    expect(await tokenCheck()).toMatchObject({ status: 'failed' });

    const next = grafana.state.addServiceAccount(1, { name: 'next', role: 'Admin' });
    await writeFile(file, grafana.state.addToken(1, { name: 'next', serviceAccountId: next.id }).key);
    await eventually('the token that is given now', isState('valid'));
    expect(await metric('dashkeep_token_valid')).toBe('1');
    await removeDirectory(directory);
  });

  /** A separate folder with an admin Secret in it, as a cluster mounts one. */
  async function accountDirectory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'dashkeep-lost-'));
    await mkdir(join(directory, 'admin'));
    await writeFile(join(directory, 'admin', 'admin-user'), 'admin');
    await writeFile(join(directory, 'admin', 'admin-password'), 'admin');
    return directory;
  }
});
