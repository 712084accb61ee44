import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { openRepository } from '../../pkg/repository/open.ts';
import { openStore } from '../../pkg/storage/open.ts';
import { cheapPassphrases } from '../support/repository/cheap-passphrases.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** A page takes over encryption that the deployment set up with a passphrase: with other keys, or plain copies. */
const PASSPHRASE = 'correct horse battery staple';
cheapPassphrases();

let grafana: Simulator;
let directory: string;
let service: TestService | undefined;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await mkdtemp(join(tmpdir(), 'dashkeep-passphrase-'));
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  await grafana.close();
  await removeDirectory(directory);
});

async function start(environment: Record<string, string | undefined>): Promise<TestService> {
  await service?.stop();
  service = await startService({
    grafanaUrl: grafana.url,
    directory,
    environment: { HOME: directory, ...environment },
  });
  return service;
}

async function backUp(): Promise<string> {
  const { json } = await service!.call('POST', '/runs', { kind: 'backup' });
  const run = await service!.ended(json.id);
  expect(run['status']).toBe('complete');
  return String(run['snapshot']);
}

/** Titles in a snapshot that these secrets do not decrypt. */
async function unreadable(
  snapshot: string,
  secrets: { passphrases?: string[]; identities?: string[] },
): Promise<string[]> {
  const ports = { clock: realClock, randomness: realRandomness, log: silentLog };
  const store = await openStore(`file://${join(directory, 'target')}`, {
    ...ports,
    random: realRandomness,
  });
  const repository = await openRepository({ ...ports, store, create: false, state: new MemoryState(), ...secrets });
  const { resources } = await repository.manifest(snapshot);
  const titles: string[] = [];
  for (const { object, title } of resources) {
    await repository.getObject(object).catch(() => titles.push(title));
  }
  await repository.close();
  return titles;
}

it('a page can set no keys and turn on no plain copies', async () => {
  const source = 'DASHKEEP_AGE_PASSPHRASE_FILE';
  const file = join(directory, 'passphrase');
  await writeFile(file, PASSPHRASE);
  await start({ [source]: file });
  await backUp();
  const { scope } = (await service!.call('GET', '/settings')).json.values;
  const identity = await generateIdentity();
  const recipients = [await identityToRecipient(identity)];
  const owned = { code: 'deployment-owned', params: { source } };
  for (const [field, body, why] of [
    ['encryption.recipients', { values: { encryption: { recipients } } }, owned],
    ['secrets.ageIdentity', { secrets: { ageIdentity: identity } }, owned],
    [
      'scope.plainCopies',
      { values: { scope: { ...scope, plainCopies: 'on' } } },
      { code: 'plain-copies-minimum', params: { variable: 'DASHKEEP_PLAIN_COPIES' } },
    ],
  ] as const) {
    const { status, json } = await service!.call('PUT', '/settings', body);
    expect([field, status, json.error?.fieldReasons?.[field]]).toEqual([field, 400, why]);
  }
  grafana.seedDashboards({ count: 3, folders: 1 });
  expect(await unreadable(await backUp(), { passphrases: [PASSPHRASE] })).toEqual([]);
  expect(await readdir(join(directory, 'target'))).not.toContain('grafana-backups');
  const { owners, secrets } = (await service!.call('GET', '/settings')).json;
  expect(owners['encryption.recipients']).toEqual({ owner: 'deployment', source });
  expect(secrets.ageIdentity).toEqual({ set: false, owner: 'deployment', source });
});

it('what a page saved before the deployment set a passphrase is not used', async () => {
  await start({});
  const identity = await generateIdentity();
  const recipients = [await identityToRecipient(identity)];
  const { scope } = (await service!.call('GET', '/settings')).json.values;
  const values = { encryption: { recipients }, scope: { ...scope, plainCopies: 'on' } };
  expect((await service!.call('PUT', '/settings', { values, secrets: { ageIdentity: identity } })).status).toBe(200);
  await start({ DASHKEEP_AGE_PASSPHRASE: PASSPHRASE });
  const snapshot = await backUp();
  expect(await unreadable(snapshot, { passphrases: [PASSPHRASE] })).toEqual([]);
  await expect(unreadable(snapshot, { identities: [identity] })).rejects.toThrow();
  expect(await readdir(join(directory, 'target'))).not.toContain('grafana-backups');
});
