import { append } from '../../lib/append.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { hasSnapshots, holdsEncrypted } from './contents.ts';
import { assertRecipients, parseIdentityFile, recipientOf } from './encryption.ts';
import { untrustedKey } from './key-signers.ts';
import {
  isKeyFile,
  isKeyFileOf,
  isWrappedFor,
  keyFile,
  readKeyFiles,
  recipientSet,
  writeKeyFile,
} from './key-files.ts';
import { makeKeyring, newRepositoryKey, type Keyring, type RepositoryKey } from './keyring.ts';
import { knownKeys, readLocal, writeLocal, type LocalKey } from './local-key.ts';
import { filesThatCount, isForOthersToo, readableKey, type ReadableKey } from './readers.ts';
import { KEYS, newTimedId } from '../layout.ts';
import { noRecipients, otherRecipients, unsetRecipients } from './refusals.ts';
import { isAsSigned } from './own-signature.ts';
import { passphraseIdentities } from './passphrase.ts';
import type { Trust } from '../signing/trust.ts';
import type { StateStore } from '../../lib/state.ts';

export interface KeyPorts {
  store: ObjectStore;
  state?: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  trust: Trust;
  signal?: AbortSignal;
}

export interface Secrets {
  /** Who may read what is written from now on. */
  recipients?: readonly string[];
  /** Contents of identity files. */
  identities?: readonly string[];
  /** Open the identities that are stored in the repository under a passphrase. */
  passphrases?: readonly string[];
  /** To encrypt again what is there: goes on under its key, although none of the recipients can read it yet. */
  rewraps?: boolean;
}

/**
 * The keyring of a repository, from what is in `keys/`, what the local state remembers and what was given:
 * - recipients: writing is encrypted, under the key in the local state, else the newest that the identities open and a
 *   trusted key signed, if one of the recipients can read what is stored under it; else under a new one (nothing is
 *   lost, but nothing old is recognised either);
 * - a passphrase: as identities; in a new repository an identity is made and stored under it;
 * - identities without recipients: as those identities; no backup where others can read the repository too;
 * - neither, in a repository that has keys: reading what is plain, and no writing, because it would be in the clear.
 * @throws DashkeepError where the secrets cannot open what is there, or are not those of the earlier backups
 */
export async function openKeyring(
  ports: KeyPorts,
  repository: string,
  secrets: Secrets,
  create = false,
): Promise<Keyring> {
  const { store, signal } = ports;
  const { passphrases = [] } = secrets;
  const listed: { key: string; lastModified: Date }[] = [];
  for await (const info of store.list(KEYS, { signal })) {
    listed.push(info);
  }
  const files = listed.sort((a, b) => a.lastModified.getTime() - b.lastModified.getTime()).map(({ key }) => key);
  const unlocked = await passphraseIdentities(ports, files, passphrases, create);
  const identities = [...(secrets.identities ?? []).flatMap(parseIdentityFile), ...unlocked];
  const keyFiles = files.filter(isKeyFile).sort();
  const found = identities.length === 0 ? [] : await readKeyFiles(ports, keyFiles, identities);
  const local = await readLocal(ports, repository);
  const remembered = knownKeys(local);
  const keys = [...remembered, ...found].map(({ key }) => key);
  const own = found.filter(({ key }) => key.repository === repository);
  const signed = own.filter(({ counts }) => counts);
  const trusted = signed.map(({ key }) => key);
  const newest = trusted.at(-1);
  const asked = secrets.recipients ?? [];
  // A passphrase that is set beside recipients goes on opening what is written.
  const opened = asked.length === 0 ? [] : await Promise.all(unlocked.map(recipientOf));
  const recipients = [...new Set([...asked, ...opened])];
  if (recipients.length === 0 && passphrases.length > 0) {
    const itsOwn = await Promise.all(identities.map(recipientOf));
    // A first run that was cut short may leave half a key, wrapped for this passphrase and yet not opened by it. Where
    // there are snapshots it was whole once, and a second key would hide that it is damaged now.
    const isHalf =
      create && keys.length === 0 && keyFiles.every((key) => isWrappedFor(key, itsOwn)) && !(await hasSnapshots(ports));
    if (keyFiles.length === 0 || isHalf) {
      // A passphrase for a repository that has no key yet says that it is to be encrypted.
      append(recipients, itsOwn);
    }
  }

  // Files in `keys/` are easily removed; what is encrypted besides them says the same.
  const isAsked = identities.length > 0 || passphrases.length > 0;
  const isSecret =
    keyFiles.length > 0 || local !== undefined || (isAsked && (files.length > 0 || (await holdsEncrypted(ports))));
  const isUnopened = keyFiles.length > 0 && own.length === 0;
  if (recipients.length === 0 && create && newest === undefined && isSecret && !isUnopened) {
    // Anyone who comes to write with an identity alone writes for it, but not under a key that no trusted key has
    // signed.
    append(recipients, await Promise.all(identities.map(recipientOf)));
  }

  const forOthers = async (): Promise<DashkeepError | undefined> =>
    recipients.length > 0 &&
    keys.length === 0 &&
    keyFiles.length > 0 &&
    !keyFiles.some((key) => isWrappedFor(key, recipients)) &&
    (await hasSnapshots(ports))
      ? otherRecipients()
      : undefined;

  const given = await Promise.all(identities.map(recipientOf));
  const written = local?.key ?? newest ?? (ports.trust.standing === 'pinned' ? undefined : own.at(-1)?.key);
  const leavesOut =
    asked.length === 0 &&
    written !== undefined &&
    (await isForOthersToo(ports.trust, written, { keyFiles, own: given }, { signal }));
  if (leavesOut && create) {
    throw unsetRecipients();
  }

  // Anyone who only looks at a repository of strangers must not become one of its writers.
  const onlyLooks = !create && ports.trust.standing !== 'pinned';
  if (recipients.length === 0 || onlyLooks) {
    const kept = recipients.length === 0 ? undefined : local?.key;
    const current = kept ?? newest ?? own.at(-1)?.key;
    if (current !== undefined) {
      // Opened by a person who reads, and may write a safety snapshot: nothing is written for opening alone.
      for (const file of create ? (signed.find(({ key }) => key.id === current.id)?.files ?? []) : []) {
        await isAsSigned(ports, file, current);
      }
      return makeKeyring({
        recipients: recipients.length > 0 ? recipients : given,
        identities,
        unlocked,
        current,
        keys,
        trusted,
        ...(leavesOut ? { refusal: unsetRecipients(), beforeObjects: () => noteReaders(ports, current, given) } : {}),
        ...(kept === undefined && newest === undefined
          ? { readOnly: untrustedKey(own.flatMap(({ signers }) => signers)) }
          : {}),
      });
    }
    // A backup may store a key first, for these recipients or for the identities alone.
    const storesKey = recipients.length > 0 || (identities.length > 0 && !isUnopened);
    const refused = (await forOthers()) ?? (isSecret && !storesKey ? noRecipients() : undefined);
    return makeKeyring({
      recipients,
      identities,
      unlocked,
      keys,
      ...(isSecret ? { readOnly: refused ?? noRecipients(), recordsUnder: local?.key } : {}),
      refusal: refused,
    });
  }

  const refused = await forOthers();
  if (refused !== undefined) {
    throw refused;
  }
  if (create && keys.length === 0 && keyFiles.length > 0) {
    ports.log.warn(
      { repository },
      'the local state has lost the key of this repository. A new key is used, so everything is stored again, and ' +
        'older snapshots cannot be listed here until `dashkeep repair --rewrap` runs with this state and an identity',
    );
  }
  // Where the state knows that all can read it, and no other file says that only some can, nothing else is asked.
  const isOfAll =
    local !== undefined &&
    recipients.every((one) => local.readers?.includes(one)) &&
    keyFiles.every((file) => !isKeyFileOf(file, local.key.id) || isWrappedFor(file, recipients));
  const counting = isOfAll ? [] : await filesThatCount(ports.trust, keyFiles, { signal });
  const readable = readableKey(remembered, signed, { recipients, keyFiles: counting, own: given });
  const before = local?.key ?? newest;
  if (secrets.rewraps === true && identities.length === 0) {
    // It could renew no object, and the state would no longer say who can read what is there.
    throw new DashkeepError('DK_IDENTITY_MISSING', 're-encrypting everything requires an age identity');
  }
  const rewrapped =
    readable ??
    (secrets.rewraps === true && before !== undefined ? { key: before, readers: [], passedOver: [] } : undefined);
  const current = rewrapped ?? { key: await freshKey(ports, repository), readers: recipients, passedOver: [] };
  const isOfOthers = before === undefined && !given.some((one) => recipients.includes(one));
  const replaced = rewrapped === undefined ? (isOfOthers ? own.at(-1)?.key : before) : undefined;
  const isLost = rewrapped === undefined && keys.length + keyFiles.length === 0 && (await holdsEncrypted(ports));
  if (isLost) {
    ports.log.warn(
      { repository },
      'the repository contains encrypted snapshots, but not their key. A new key is used, so everything is stored again',
    );
  }
  let isStored = false;
  let isRestored = false;
  const storeKey = async (): Promise<void> => {
    assertRecipients(recipients);
    if (replaced !== undefined) {
      // What they cannot read must not be part of new snapshots. Stored under the same ids, it would take the place of
      // what the earlier recipients can read.
      ports.log.warn(
        { repository },
        'none of the age recipients can read the existing objects. A new key is used, so everything is stored again; ' +
          'earlier snapshots still need an identity of the earlier recipients',
      );
    }
    isRestored = await wrap(ports, current, recipients, keyFiles, { local, create });
    isStored = true;
  };
  if (create || secrets.rewraps === true) {
    await storeKey();
  }
  return makeKeyring({
    ...{ recipients, identities, unlocked, keys, current: current.key },
    // Anyone who only looks leaves no key; what writes after all, such as a restore, stores it first.
    ...(create || secrets.rewraps === true ? {} : { storeKey }),
    // Without the file, nothing could be restored with an identity alone.
    isOutdated: async () =>
      isStored
        ? !(await isAsSigned({ ...ports, signal: undefined }, keyFile(current.key.id, recipients)))
        : (await readLocal(ports, repository))?.key.id !== local?.key.id,
    tookBack: () => {
      const was = isRestored;
      isRestored = false;
      return was;
    },
    readers: current.readers.filter((one) => !current.passedOver.includes(one)),
    isSuccessor: isLost || replaced !== undefined || remembered.some(({ key }) => key.id < current.key.id),
    trusted: [...trusted, ...remembered.map(({ key }) => key)],
  });
}

/**
 * What opens the history of a repository without a single request: what the local state remembers, and the identities
 * given. It writes nothing where anything speaks of encryption.
 */
export async function glancingKeyring(
  ports: Omit<KeyPorts, 'trust'>,
  repository: string,
  secrets: Secrets,
): Promise<Keyring> {
  const identities = (secrets.identities ?? []).flatMap(parseIdentityFile);
  const local = await readLocal(ports, repository);
  const encrypted = identities.length > 0 || local !== undefined || (secrets.recipients ?? []).length > 0;
  return makeKeyring({
    recipients: [],
    identities,
    keys: knownKeys(local).map(({ key }) => key),
    readOnly: encrypted ? noRecipients() : undefined,
  });
}

/** Leaves a file with the key for these alone: later backups know from it that others cannot read all under it. */
async function noteReaders(ports: KeyPorts, key: RepositoryKey, recipients: readonly string[]): Promise<void> {
  if (!(await isAsSigned(ports, keyFile(key.id, recipients)))) {
    await writeKeyFile(ports, key, recipients, ports.signal);
  }
}

async function freshKey(ports: KeyPorts, repository: string): Promise<RepositoryKey> {
  return newRepositoryKey(newTimedId(ports.clock.now(), ports.randomness), repository, ports.randomness.hex(32));
}

/**
 * Sees to it that every recipient finds the key in the repository, and that the local state has it.
 * @returns whether the file with the key was missing or changed, although it was written before
 */
async function wrap(
  ports: KeyPorts,
  { key, readers }: ReadableKey,
  recipients: readonly string[],
  keyFiles: readonly string[],
  { local, create }: { local: LocalKey | undefined; create: boolean },
): Promise<boolean> {
  const name = keyFile(key.id, recipients);
  const wrappedFor = recipientSet(recipients);
  const isThere = keyFiles.includes(name) && (local === undefined || local.wrappedFor === wrappedFor);
  // A key that signs is made by those who came to write.
  const signs = create || ports.trust.own !== undefined;
  const isSigned = isThere && signs && (await isAsSigned(ports, name, create ? key : undefined));
  const known = isThere && (isSigned || ports.trust.own === undefined);
  const isRestored = !known && local?.key.id === key.id && local.wrappedFor === wrappedFor;
  if (!known) {
    if (isThere || isRestored) {
      const what = isThere ? 'changed' : 'missing';
      ports.log.warn({ file: name }, `the file with the key of this repository was ${what}: it is written again`);
    }
    await writeKeyFile(signs ? ports : { store: ports.store }, key, recipients, ports.signal);
  }
  if (!known || local === undefined || local.readers?.join() !== readers.join()) {
    await writeLocal(ports, { key: { format: 1, ...key }, wrappedFor, readers: [...readers] });
  }
  return isRestored;
}
