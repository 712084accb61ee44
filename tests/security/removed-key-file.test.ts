import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noticesOf } from '../../pkg/service/notifications/notices.ts';
import { runMain } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { startService, type TestService } from '../support/service.ts';

let grafana: Simulator;
let service: TestService;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let identity: string;
let environment: Record<string, string>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = await temporaryDirectory();
  identity = await generateIdentity();
  environment = {
    DASHKEEP_TARGET: `file://${directory.path}/backups`,
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
  };
});
afterEach(async () => {
  await service?.stop();
  service = undefined!;
  await Promise.all([grafana.close(), directory.remove()]);
});

const keys = (): string => join(directory.path, 'backups/keys');
const removed = async (): Promise<void> => {
  await rm(keys(), { recursive: true });
  await rm(join(directory.path, 'backups/signatures/keys'), { recursive: true });
};
const changed = async (): Promise<void> => {
  for (const file of await readdir(keys())) {
    await writeFile(join(keys(), file), 'not a key');
  }
};

/** Somebody who has the target and the identity, and nothing else. */
async function rescue(): Promise<number> {
  const { DASHKEEP_TARGET = '' } = environment;
  const state = join(directory.path, `rescue-${Math.random()}`);
  const alone = { DASHKEEP_TARGET, DASHKEEP_STATE_DIR: state, DASHKEEP_AGE_IDENTITY: identity };
  return (await runMain(['verify', '--read-data'], alone)).exit;
}

it.each([
  ['removed', removed],
  ['changed', changed],
])('a running service writes a key file that was %s again, and says so', async (_, attack) => {
  service = await startService({ grafanaUrl: grafana.url, directory: directory.path, environment });
  const backUp = async () => service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
  await backUp();
  expect(await rescue()).toBe(0);
  await attack();
  expect(await rescue()).not.toBe(0);
  const lost = expect.stringContaining('is missing or changed in the target');
  // It inspects the repository first, as the service does by itself after a run.
  expect((await service.call('GET', '/doctor')).json.checks).toContainEqual(
    expect.objectContaining({ status: 'failed', detail: lost }),
  );
  const verified = await service.ended((await service.call('POST', '/runs', { kind: 'verify' })).json.id);
  expect(verified['warned']).toEqual([expect.objectContaining({ code: 'key-lost' })]);
  const run = await backUp();
  expect(run['warned']).toEqual([expect.objectContaining({ code: 'key-restored' })]);
  expect(noticesOf(run as never, undefined)).toContainEqual(expect.objectContaining({ event: 'repository' }));
  expect(await rescue()).toBe(0);
  expect((await backUp())['warned'] ?? []).toEqual([]);
});

it('a command that writes a removed key file again says so', async () => {
  const own = {
    ...environment,
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  };
  expect((await runMain(['backup'], own)).exit).toBe(0);
  await removed();
  const verified = await runMain(['verify'], { ...own, DASHKEEP_AGE_RECIPIENTS: '' });
  expect([verified.exit, verified.out]).toEqual([3, expect.stringContaining('the next backup writes it again')]);
  const { exit, error } = await runMain(['backup'], own);
  expect([exit, error]).toEqual([3, expect.stringContaining('was missing or changed in the target')]);
  expect((await runMain(['backup'], own)).exit).toBe(0);
  expect(await rescue()).toBe(0);

  // The second copy is the last resort.
  const copy = `file://${directory.path}/copy`;
  const copied = async () => {
    const { out, error } = await runMain(['copy', copy, '--json'], { ...own, DASHKEEP_AGE_IDENTITY: identity });
    return out === '' ? error : (JSON.parse(out) as { warned?: unknown }).warned;
  };
  expect(await copied()).toEqual([]);
  await rm(join(directory.path, 'copy/keys'), { recursive: true });
  expect(await copied()).toEqual([expect.objectContaining({ code: 'key-restored' })]);
  expect(await copied()).toEqual([]);
});

it('a check names the file of the present recipients, whatever others there are', async () => {
  const own = {
    DASHKEEP_TARGET: `file://${directory.path}/backups`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
  };
  const first = await identityToRecipient(identity);
  const backUp = (recipients: string) => runMain(['backup'], { ...own, DASHKEEP_AGE_RECIPIENTS: recipients });
  await backUp(first);
  const [before] = await readdir(keys());
  await backUp(`${first},${await identityToRecipient(await generateIdentity())}`);
  expect((await runMain(['verify'], own)).exit).toBe(0);
  const [added, ...more] = (await readdir(keys())).filter((file) => file !== before);
  expect(more).toEqual([]);
  await rm(join(keys(), added!));
  expect(await runMain(['verify'], own)).toMatchObject({
    exit: 3,
    out: expect.stringContaining('is missing or changed'),
  });
});
