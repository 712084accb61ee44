import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Doctor } from '../../../pkg/contract/api/status.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  service = undefined!;
  await grafana.close();
});

/** A service that has only a token, started again in its directory. */
async function start(more: Record<string, string | undefined> = {}): Promise<void> {
  const environment = {
    GRAFANA_API_TOKEN: grafana.token({ orgId: 1 }),
    DASHKEEP_EXCLUDE_KINDS: 'org, user, sso-settings, server-settings',
    ...{ GRAFANA_ADMIN_USER: undefined, GRAFANA_ADMIN_PASSWORD: undefined, ...more },
  };
  const directory = (service as TestService | undefined)?.directory;
  await (service as TestService | undefined)?.stop();
  service = await startService({ grafanaUrl: grafana.url, environment, ...(directory && { directory }) });
}

const status = async () => (await service.call('GET', '/status')).json;

/** The status that shows the snapshot of a new backup. */
async function backedUp(): Promise<Awaited<ReturnType<typeof status>>> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await service.ended(json.id);
  await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000 }).toBe(snapshot);
  return status();
}

async function rights(): Promise<unknown> {
  const { checks } = (await service.call('GET', '/doctor')).json as Doctor;
  return checks.find(({ subject }) => subject.code === 'check-of-rights');
}

it('is not claimed to cover everything before there is a snapshot', async () => {
  await start({ DASHKEEP_ORGS: '1' });
  const metrics = async () => (await fetch(`${service.opsUrl}/metrics`)).text();
  await expect.poll(metrics, { timeout: 20_000 }).toMatch(/^dashkeep_repository_snapshots 0$/m);
  expect(await metrics()).not.toMatch(/^dashkeep_backup_uncovered /m);
  await backedUp();
  expect(await metrics()).toMatch(/^dashkeep_backup_uncovered 0$/m);
});

it('is uncovered with a token that shows no other organizations, until the deployment names its own', async () => {
  await start();
  const advice = [{ code: 'confirm-orgs', params: { own: '1' } }];
  expect(await backedUp()).toMatchObject({ protection: 'uncovered', coverage: { whole: false, advice } });
  expect(await (await fetch(`${service.opsUrl}/metrics`)).text()).toContain('dashkeep_backup_uncovered 1');
  expect(await rights()).toMatchObject({ status: 'warning', hint: expect.stringContaining('DASHKEEP_ORGS=1.') });

  await start({ DASHKEEP_ORGS: '1' });
  const chosen = [{ code: 'run-backup-again' }];
  await expect.poll(async () => (await status()).coverage?.advice, { timeout: 20_000 }).toMatchObject(chosen);
  expect(await backedUp()).toMatchObject({ protection: 'yes', coverage: { whole: true } });
  expect(await rights()).toMatchObject({ status: 'ok' });
});

it('is not yes after a start before Grafana has said which organizations exist', async () => {
  const admin = { GRAFANA_API_TOKEN: undefined, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  await start(admin);
  expect((await backedUp()).protection).toBe('yes');
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  grafana.setFaults({ match: /^GET \/api\/orgs(\?|$)/, action: { kind: 'status', status: 500 } });
  await start(admin);
  await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000 }).toBeDefined();
  expect((await status()).protection).toBe('unknown');
  expect(await (await fetch(`${service.opsUrl}/metrics`)).text()).not.toMatch(/^dashkeep_backup_uncovered /m);
  grafana.setFaults();
  expect((await backedUp()).protection).toBe('uncovered');
});
