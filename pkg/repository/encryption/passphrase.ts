import { append } from '../../lib/append.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { Log, Randomness } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { ENVELOPE_BYTES } from '../objects/codec.ts';
import {
  assertPassphrase,
  newKeyPair,
  openWith,
  parseIdentityFile,
  sealWithPassphrase,
  type KeyPair,
} from './encryption.ts';
import { isKeyFile } from './key-files.ts';
import { KEYS } from '../layout.ts';
import { putWhole } from '../objects/put-whole.ts';

/** The first lines of such a file. What it names as work factor is what it costs to try a passphrase. */
const SCRYPT = /^age-encryption\.org\/v1\n-> scrypt \S{1,64} (\d{1,3})\n/;
/** Of what Dashkeep and `age` write: about a second and 256 MB. Each one more doubles both. */
const MAX_WORK_FACTOR = 18;
/** How many files are tried. */
const MAX_TRIED = 8;

const PASSPHRASE_FILE = /^keys\/passphrase-[0-9a-f]{8}\.age$/;

/**
 * Makes a recipient whose identity is in the repository under a passphrase, as an age identity file
 * (`keys/passphrase-….age`). Encrypting never needs the passphrase, and changing it renews one small file.
 * @returns the key pair; its recipient is what to write for.
 * @throws DK_ENCRYPTION for a passphrase that is too short, DK_STORE_FAILED when the file does not come back as written
 */
export async function addPassphrase(
  ports: { store: ObjectStore; randomness: Randomness; signal?: AbortSignal },
  passphrase: string,
): Promise<KeyPair> {
  assertPassphrase(passphrase);
  const pair = await newKeyPair();
  const file = Buffer.from(`# Dashkeep repository\n# public key: ${pair.recipient}\n${pair.identity}\n`);
  const body = await sealWithPassphrase(file, passphrase);
  const key = `${KEYS}passphrase-${ports.randomness.hex(4)}.age`;
  await putWhole(ports.store, key, body, { signal: ports.signal });
  return pair;
}

/**
 * The identities among the key files that a passphrase opens; in a repository that is being made, a new one.
 * @param files - oldest first: anyone who can write to the repository can put more of them there, but none before
 * @throws DK_ENCRYPTION when there are some, and it opens none.
 */
export async function passphraseIdentities(
  ports: { store: ObjectStore; randomness: Randomness; log: Log; signal?: AbortSignal },
  files: readonly string[],
  passphrases: readonly string[],
  create: boolean,
): Promise<string[]> {
  const [first] = passphrases;
  if (first === undefined) {
    return [];
  }
  if (files.length === 0 && create) {
    return [(await addPassphrase(ports, first)).identity];
  }
  const stored = files.filter((key) => PASSPHRASE_FILE.test(key)).slice(0, MAX_TRIED);
  if (stored.length === 0) {
    // Plain, or encrypted for identities: whatever it is, the passphrase has no part in it.
    return [];
  }
  const opener = openWith({ passphrases });
  const identities: string[] = [];
  for (const name of stored) {
    const bytes = await ports.store.get(name, { signal: ports.signal, maxBytes: ENVELOPE_BYTES });
    const factor = Number(SCRYPT.exec(bytes.subarray(0, 200).toString('latin1'))?.[1] ?? Infinity);
    if (factor > MAX_WORK_FACTOR) {
      ports.log.warn({ object: name }, 'Dashkeep did not write this identity file, so it is not decrypted');
      continue;
    }
    try {
      append(identities, parseIdentityFile((await opener.open(bytes, 'DK_INTEGRITY', name)).toString('utf8')));
    } catch {
      ports.log.debug({ object: name }, 'the passphrase does not decrypt this identity');
    }
  }
  if (identities.length === 0 && create && !files.some(isKeyFile)) {
    // A first run that was cut short may leave half an identity. Without a key nothing hangs on it.
    return [(await addPassphrase(ports, first)).identity];
  }
  if (identities.length === 0) {
    throw new DashkeepError('DK_ENCRYPTION', 'the passphrase decrypts none of the identities in the repository', {
      advice: reason('correct-passphrase'),
    });
  }
  return identities;
}
