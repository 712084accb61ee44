import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Readiness } from '../../../pkg/contract/api/readiness.ts';
import type { Doctor } from '../../../pkg/contract/api/status.ts';
import { call } from '../../simulator/http.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { fastClock, type FastClock } from '../../support/fast-clock.ts';
import { fewKinds } from '../../support/few-kinds.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { startWebhook, type Webhook } from '../../support/webhook.ts';

const NO_ADMIN = { GRAFANA_ADMIN_USER: undefined, GRAFANA_ADMIN_PASSWORD: undefined };
const HOUR = 3_600_000;
const MINUTE = 60_000;

let grafana: Simulator;
let webhook: Webhook;
let clock: FastClock;
let service: TestService;
let files: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  webhook = await startWebhook();
  clock = fastClock(50);
  files = await temporaryDirectory();
});
afterEach(async () => {
  await service.stop();
  await removeDirectory(service.directory);
  await webhook.close();
  await grafana.close();
  await files.remove();
});

const start = async (environment: Record<string, string | undefined>, directory?: string): Promise<void> => {
  const hourly = {
    DASHKEEP_SCHEDULE: `${(clock.now().getUTCMinutes() + 30) % 60} * * * *`,
    DASHKEEP_TIMEZONE: 'UTC',
    DASHKEEP_WEBHOOK_URL: webhook.url,
  };
  const given = { ...fewKinds(), ...hourly, ...environment };
  service = await startService({ grafanaUrl: grafana.url, clock, directory, environment: given });
};
const status = async () => (await service.call('GET', '/status')).json;
const isState = (state: string) =>
  eventually(`the token to be ${state}`, async () => (await status()).token.state === state || undefined);
const isBackedUp = () =>
  eventually(
    'a backup',
    async () => (await status()).lastBackup?.status === 'complete' || void (await service.runEnd()),
  );

/** A service account as a person makes one. @returns its token */
function createToken(name: string): string {
  const { id: serviceAccountId } = grafana.state.addServiceAccount(1, { name, role: 'Admin' });
  return grafana.state.addToken(1, { name, serviceAccountId }).key;
}

async function isNotReady(): Promise<void> {
  const { level, evidence } = (await service.call('GET', '/readiness')).json as Readiness;
  expect(level).toBe('not-ready');
  const bad = evidence.filter((one) => one.level === 'bad').map(({ code, detail }) => ({ code, detail }));
  const detail = expect.stringMatching(/Grafana refuses the (stored )?token/) as string;
  expect(bad).toEqual([
    { code: 'grafana', detail },
    { code: 'schedule', detail },
  ]);
  const { checks } = (await service.call('GET', '/doctor')).json as Doctor;
  const failed = checks.filter((one) => one.status === 'failed').map(({ name }) => name);
  expect(failed).toEqual(expect.arrayContaining(['grafana', 'token']));
}

/** Two times of the schedule pass, and the second failure is like the first. */
async function backupsFail(code: string): Promise<void> {
  const revoked = clock.monotonic();
  grafana.state.tokens.splice(0);
  await isState('invalid');
  await isNotReady();
  clock.travel(HOUR);
  const [failed] = await webhook.took(1);
  expect(failed).toMatchObject({ event: 'failed', run: { kind: 'backup', trigger: 'scheduled', failure: { code } } });
  expect(clock.monotonic() - revoked).toBeLessThan(1.5 * HOUR);
  clock.travel(HOUR);
  await eventually('a second failure', async () => {
    const { items } = (await service.call('GET', '/runs')).json;
    return items.filter((run: { status: string }) => run.status === 'failed').length > 1 || undefined;
  });
}

/** What is reported comes in order, so that nothing else was reported before. */
async function recovers(): Promise<void> {
  await isBackedUp();
  expect((await webhook.took(2)).map(({ event }) => event)).toEqual(['failed', 'recovered']);
}

it('a given token that Grafana refuses is reported at the next backup, once, and the one after that it works', async () => {
  const file = join(files.path, 'token');
  await writeFile(file, createToken('given'));
  await start({ ...NO_ADMIN, GRAFANA_API_TOKEN_FILE: file });
  await isBackedUp();
  await backupsFail('DK_GRAFANA_UNAUTHORIZED');
  await writeFile(file, createToken('next'));
  await recovers();
});

it('a token of the service that it cannot replace is reported in the same way', async () => {
  await start({});
  await isBackedUp();
  await service.stop();
  await start(NO_ADMIN, service.directory);
  await isState('valid');
  await backupsFail('DK_GRAFANA_UNAUTHORIZED');
  const { directory } = service;
  await service.stop();
  await start({}, directory);
  await recovers();
});

it('a backup without users because Grafana refuses the admin password says so, and the next one has them again', async () => {
  for (const login of ['ann', 'ben', 'cat']) {
    await call(grafana, 'admin:admin', 'POST /api/admin/users', { login, password: login });
  }
  await start(fewKinds('user'));
  await isBackedUp();
  const admin = [...grafana.state.users.values()].find(({ login }) => login === 'admin')!;
  const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  admin.password = 'another';
  await backUp();
  const [shrunk] = await webhook.took(1);
  expect(shrunk).toMatchObject({ event: 'shrunk', text: expect.stringContaining('user') });
  expect(shrunk?.text).toContain(`Grafana refuses the password of 'admin' from GRAFANA_ADMIN_PASSWORD.`);
  admin.password = 'admin';
  clock.travel(2 * MINUTE);
  await backUp();
  expect((await webhook.took(2)).map(({ event }) => event)).toEqual(['shrunk', 'recovered']);
});
