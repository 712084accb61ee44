import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { ObjectStore } from '../storage/store.ts';
import { ENVELOPE_BYTES } from './codec.ts';
import { openWith, parseIdentityFile, recipientOf, sealFor } from './encryption.ts';
import { makeKeyring, newRepositoryKey, type Keyring, type RepositoryKey } from './keyring.ts';
import { isTimedId, KEYS, newTimedId } from './layout.ts';
import { passphraseIdentities } from './passphrase.ts';
import type { StateStore } from './state.ts';

const StoredKey = z.object({
  format: z.literal(1),
  id: z.string().refine(isTimedId),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  objectIdKey: z.string().regex(/^[0-9a-f]{64}$/),
  metadataIdentity: z.string().startsWith('AGE-SECRET-KEY-1'),
});

/** What the local state holds of one repository. */
const LocalKey = z.object({
  key: StoredKey,
  /** The set of recipients for which the key file was written and read back. */
  wrappedFor: z.string(),
});
type LocalKey = z.infer<typeof LocalKey>;

const KEY_FILE = /^keys\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.([0-9a-f]{8})\.json\.age$/;

export interface KeyPorts {
  store: ObjectStore;
  state?: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  signal?: AbortSignal;
}

export interface Secrets {
  /** Who may read what is written from now on. */
  recipients?: readonly string[];
  /** Contents of identity files. */
  identities?: readonly string[];
  /** Open the identities that are stored in the repository under a passphrase. */
  passphrases?: readonly string[];
}

/** Eight hex digits that name a set of recipients. */
export function recipientSet(recipients: readonly string[]): string {
  return createHash('sha256')
    .update([...new Set(recipients)].sort().join('\n'))
    .digest('hex')
    .slice(0, 8);
}

function keyFile(id: string, recipients: readonly string[]): string {
  return `${KEYS}${id}.${recipientSet(recipients)}.json.age`;
}

function stateName(repository: string): string {
  return `repository-${repository}`;
}

/**
 * The keyring of a repository, from what is in `keys/`, what the local state remembers and what was given:
 * - recipients: writing is encrypted, under the key in the local state, else the newest that the identities open,
 *   else a new one (nothing is lost, but nothing old is recognised either);
 * - a passphrase: as identities; in a new repository an identity is made and stored under it;
 * - identities without recipients: writing is encrypted for those identities;
 * - neither, in a repository that has keys: reading what is plain, and no writing, because it would be in the clear.
 */
export async function openKeyring(
  ports: KeyPorts,
  repository: string,
  secrets: Secrets,
  create = false,
): Promise<Keyring> {
  const { store, signal } = ports;
  const { passphrases = [] } = secrets;
  const files: string[] = [];
  for await (const { key } of store.list(KEYS, { signal })) {
    files.push(key);
  }
  const identities = [
    ...(secrets.identities ?? []).flatMap(parseIdentityFile),
    ...(await passphraseIdentities(ports, files, passphrases, create)),
  ];
  const keyFiles = files.filter((key) => KEY_FILE.test(key)).sort();
  const keys = identities.length === 0 ? [] : await readKeys(ports, keyFiles, identities);
  const local = await readLocal(ports, repository);
  const newest = keys.filter((key) => key.repository === repository).at(-1);
  const recipients = [...new Set(secrets.recipients ?? [])];
  if (recipients.length === 0 && passphrases.length > 0 && keyFiles.length === 0) {
    // A passphrase for a repository that has no key yet says that it is to be encrypted.
    recipients.push(...(await Promise.all(identities.map(recipientOf))));
  }

  if (recipients.length === 0) {
    if (newest !== undefined) {
      // Opened by a person who reads, and may write a safety snapshot: nothing is written for opening alone.
      return makeKeyring({
        recipients: await Promise.all(identities.map(recipientOf)),
        identities,
        current: newest,
        keys,
      });
    }
    const encrypted = keyFiles.length > 0 || local !== undefined;
    return makeKeyring({
      recipients,
      identities,
      keys: local === undefined ? keys : [...keys, local.key],
      readOnly: encrypted ? READ_ONLY : undefined,
    });
  }

  if (local === undefined && keys.length === 0 && keyFiles.length > 0) {
    ports.log.warn(
      { repository },
      'the local state has lost the key of this repository: a new key is begun, so that everything is stored once more ' +
        'and older snapshots cannot be listed here until a person with the identity runs `dashkeep repair --rewrap`',
    );
  }
  const current = local?.key ?? newest ?? (await freshKey(ports, repository));
  const keyring = await makeKeyring({ recipients, identities, current, keys });
  await wrap(ports, current, recipients, keyFiles, local);
  return keyring;
}

const READ_ONLY = 'this repository is encrypted: give the recipients (DASHKEEP_AGE_RECIPIENTS) to write to it';

async function freshKey(ports: KeyPorts, repository: string): Promise<RepositoryKey> {
  return newRepositoryKey(newTimedId(ports.clock.now(), ports.randomness), repository, ports.randomness.hex(32));
}

/** Sees to it that every recipient finds the key in the repository, and that the local state has it. */
async function wrap(
  ports: KeyPorts,
  key: RepositoryKey,
  recipients: readonly string[],
  keyFiles: readonly string[],
  local: LocalKey | undefined,
): Promise<void> {
  const name = keyFile(key.id, recipients);
  const wrappedFor = recipientSet(recipients);
  const known = keyFiles.includes(name) && (local === undefined || local.wrappedFor === wrappedFor);
  if (!known) {
    await writeKeyFile(ports.store, key, recipients, ports.signal);
  }
  if (!known || local === undefined) {
    if (ports.state === undefined) {
      ports.log.warn({}, 'no place for local state: the next run will not recognise what this one stores');
      return;
    }
    const value: LocalKey = { key: { format: 1, ...key }, wrappedFor };
    await ports.state.set(stateName(key.repository), Buffer.from(JSON.stringify(value)));
  }
}

/**
 * Writes the key file for a set of recipients and reads it back.
 * @throws DK_STORE_FAILED when what comes back is not what was written.
 */
export async function writeKeyFile(
  store: ObjectStore,
  key: RepositoryKey,
  recipients: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const name = keyFile(key.id, recipients);
  const body = await sealFor(recipients)(Buffer.from(`${JSON.stringify({ format: 1, ...key }, null, 2)}\n`));
  for (let attempt = 0; attempt < 3; attempt++) {
    await store.put(name, body, { contentType: 'application/octet-stream', signal });
    if ((await store.get(name, { signal, maxBytes: ENVELOPE_BYTES })).equals(body)) {
      return;
    }
  }
  throw new DashkeepError('DK_STORE_FAILED', `${name} does not read back as it was written`);
}

/** Removes the key files that were wrapped for other sets of recipients. */
export async function removeOtherKeyFiles(
  store: ObjectStore,
  recipients: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const others: string[] = [];
  for await (const { key } of store.list(KEYS, { signal })) {
    const match = KEY_FILE.exec(key);
    if (match !== null && match[2] !== recipientSet(recipients)) {
      others.push(key);
    }
  }
  if (others.length > 0) {
    await store.deleteMany(others, { signal });
  }
}

async function readKeys(
  ports: KeyPorts,
  keyFiles: readonly string[],
  identities: readonly string[],
): Promise<RepositoryKey[]> {
  const opener = openWith({ identities });
  const keys = new Map<string, RepositoryKey>();
  for (const name of keyFiles) {
    try {
      const bytes = await ports.store.get(name, { signal: ports.signal, maxBytes: ENVELOPE_BYTES });
      const { format: _, ...key } = StoredKey.parse(
        JSON.parse((await opener.open(bytes, 'DK_INTEGRITY', name)).toString('utf8')),
      );
      keys.set(key.id, key);
    } catch (error) {
      ports.signal?.throwIfAborted();
      if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && error.code !== 'DK_STORE_NOT_FOUND') {
        throw error;
      }
      // Wrapped for somebody else, or damaged: another file may hold the same key.
      ports.log.debug({ key: name }, 'a key file cannot be opened with the identities given');
    }
  }
  return [...keys.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function readLocal(ports: KeyPorts, repository: string): Promise<LocalKey | undefined> {
  const bytes = await ports.state?.get(stateName(repository));
  if (bytes === undefined) {
    return undefined;
  }
  try {
    const local = LocalKey.parse(JSON.parse(bytes.toString('utf8')));
    return local.key.repository === repository ? local : undefined;
  } catch {
    ports.log.warn({ repository }, 'the local state of this repository is damaged and will be written anew');
    return undefined;
  }
}
