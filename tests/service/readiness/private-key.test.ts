import { generateIdentity, identityToRecipient } from 'age-encryption';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Problem } from '../../../pkg/contract/api/common.ts';
import type { Doctor } from '../../../pkg/contract/api/status.ts';
import type { Readiness } from '../../../pkg/contract/api/readiness.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { eventually } from '../../support/ports.ts';
import { startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1, v2Share: 0 });
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await service?.stop();
  service = undefined!;
  await Promise.all([grafana.close(), directory.remove()]);
});

const status = async () => (await service.call('GET', '/status')).json;
const codes = (warnings: Problem[]) => warnings.map(({ why }) => why?.code);

/** Starts the service with a public and a private key; a schedule makes the first backup. */
async function startWith(owner: string, identity: string | undefined, schedule = ''): Promise<void> {
  await service?.stop();
  const file = join(directory.path, 'identity.txt');
  await writeFile(file, identity ?? '', { mode: 0o600 });
  const environment = {
    DASHKEEP_TARGET: `file://${directory.path}/backups`,
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(owner),
    ...(identity === undefined ? {} : { DASHKEEP_AGE_IDENTITY_FILE: file }),
    DASHKEEP_SCHEDULE: schedule,
  };
  service = await startService({ grafanaUrl: grafana.url, directory: directory.path, environment });
}

async function line(about: string) {
  const { evidence } = (await service.call('GET', '/readiness')).json as Readiness;
  return evidence.find(({ code }) => code === about);
}

async function verify(): Promise<void> {
  await service.ended((await service.call('POST', '/runs', { kind: 'verify', readData: true })).json.id);
}

const privateKey = () => line('private-key');

it('a private key that does not open the snapshots is named on Overview and in readiness', async () => {
  const [own, other] = [await generateIdentity(), await generateIdentity()];
  await startWith(own, own, '0 */2 * * *');
  await eventually('the first backup', async () => (await status()).lastBackup?.finished);
  expect(await privateKey()).toMatchObject({ level: 'unknown' });
  expect(codes((await status()).warnings)).toEqual([]);

  await startWith(own, other);
  expect(await privateKey()).toMatchObject({
    level: 'bad',
    detail: 'none of the given identities decrypts the snapshots',
    hints: [{ code: 'correct-identity' }],
  });
  await eventually('the newest', async () => (await status()).newest);
  expect(codes((await status()).warnings)).toEqual(['identity-of-others']);
  expect((await status()).protection).toBe('unreadable');

  // A repair would not help.
  await verify();
  const wrong = {
    detail: expect.stringMatching(/^problems found: \d+; none of the given identities decrypts the snapshots$/),
    hints: [{ code: 'correct-identity' }],
  };
  expect(await line('verification')).toMatchObject({ level: 'bad', ...wrong });
  const { checks } = (await service.call('GET', '/doctor')).json as Doctor;
  expect(checks.find(({ name }) => name === 'verification')).toMatchObject(wrong);

  // It belongs to the public key for what is written from now on.
  await startWith(other, other);
  const { id } = await eventually('the newest', async () => (await status()).newest);
  // A resource that could not be read is no second problem.
  const { items } = (await service.call('GET', `/snapshots/${id}/resources?kind=dashboard&limit=1`)).json;
  const asked = new URLSearchParams({ org: '1', kind: 'dashboard', uid: items[0].uid });
  expect((await service.call('GET', `/snapshots/${id}/resource?${asked.toString()}`)).json).toMatchObject({
    error: {},
  });
  // IDs count seconds: a key made in the second of the first backup seems to be that backup's.
  const warned = codes((await status()).warnings).filter((code) => code !== 'recipients-replaced');
  expect(warned).toEqual(['identity-unfit']);

  await startWith(own, own);
  await verify();
  await eventually('the newest', async () => (await status()).newest);
  expect(codes((await status()).warnings)).toEqual([]);
  // Unknown until Grafana has said which organizations exist.
  const known = async () => (await status()).protection;
  await expect.poll(known, { timeout: 20_000 }).toMatch(/^(yes|uncovered)$/);
  const protection = await known();

  // Without any, the service only backs up.
  await startWith(own, undefined);
  await eventually('the newest', async () => (await status()).newest);
  await expect.poll(known, { timeout: 20_000 }).toBe(protection);
});

it('a backup for other recipients than all earlier ones is named on Overview, until the earlier ones are set again', async () => {
  const [own, other] = [await generateIdentity(), await generateIdentity()];
  const backUp = async (): Promise<void> => {
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    const { snapshot } = await service.ended(json.id);
    await expect.poll(async () => (await status()).newest?.id, { timeout: 20_000 }).toBe(snapshot);
  };
  const warnings = async () => codes((await status()).warnings);
  await startWith(own, undefined);
  await backUp();
  expect(await warnings()).not.toContain('recipients-replaced');
  await startWith(other, undefined);
  await backUp();
  expect(await warnings()).toContain('recipients-replaced');
  await backUp();
  expect(await warnings()).toContain('recipients-replaced');
  await startWith(own, undefined);
  await backUp();
  expect(await warnings()).not.toContain('recipients-replaced');
});
