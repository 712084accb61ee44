import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { ENVELOPE_BYTES } from '../objects/codec.ts';
import { openWith, sealFor } from './encryption.ts';
import type { RepositoryKey } from './keyring.ts';
import { isTimedId, KEYS, signatureKey } from '../layout.ts';
import { sha256Of } from '../signing/statement.ts';
import type { Trust } from '../signing/trust.ts';
import { putWhole } from '../objects/put-whole.ts';

/** What a key file holds when opened, and the local state keeps. */
export const StoredKey = z.object({
  format: z.literal(1),
  id: z.string().refine(isTimedId),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  objectIdKey: z.string().regex(/^[0-9a-f]{64}$/),
  metadataIdentity: z.string().startsWith('AGE-SECRET-KEY-1'),
});

const KEY_FILE = /^keys\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.([0-9a-f]{8})\.json\.age$/;

/** @returns whether a key of the store names a file with the key of the repository */
export function isKeyFile(key: string): boolean {
  return KEY_FILE.test(key);
}

/** @returns whether it holds the key with that id */
export function isKeyFileOf(file: string, id: string): boolean {
  return KEY_FILE.exec(file)?.[1] === id;
}

/** Eight hex digits that name a set of recipients. */
export function recipientSet(recipients: readonly string[]): string {
  return createHash('sha256')
    .update([...new Set(recipients)].sort().join('\n'))
    .digest('hex')
    .slice(0, 8);
}

/** The key of the file that holds a repository's key for these recipients. */
export function keyFile(id: string, recipients: readonly string[]): string {
  return keyFileOf(id, recipientSet(recipients));
}

/** The same, by the name of the set of recipients. */
export function keyFileOf(id: string, set: string): string {
  return `${KEYS}${id}.${set}.json.age`;
}

/** The set of recipients for which a key file says by its name that it was wrapped; empty for any other file. */
export function setOf(key: string): string {
  return KEY_FILE.exec(key)?.[2] ?? '';
}

/** Whether a key file says by its name that it was wrapped for just these recipients. */
export function isWrappedFor(key: string, recipients: readonly string[]): boolean {
  return setOf(key) === recipientSet(recipients);
}

/** What a key file holds, decrypted. */
export function plainKey({ id, repository, objectIdKey, metadataIdentity }: RepositoryKey): Buffer {
  const key = { format: 1, id, repository, objectIdKey, metadataIdentity };
  return Buffer.from(`${JSON.stringify(key, null, 2)}\n`);
}

/**
 * Signs the key file for a set of recipients, writes it and reads it back.
 * @param trust - of who signs; undefined = it is not signed
 * @throws DK_STORE_FAILED when what comes back is not what was written.
 */
export async function writeKeyFile(
  { store, trust }: { store: ObjectStore; trust?: Trust },
  key: RepositoryKey,
  recipients: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const name = keyFile(key.id, recipients);
  const plain = plainKey(key);
  const body = await sealFor(recipients)(plain);
  await trust?.signing.sign(name, body, plain, { signal });
  await putWhole(store, name, body, { signal });
}

/** Removes the key files that were wrapped for other sets of recipients. */
export async function removeOtherKeyFiles(
  store: ObjectStore,
  recipients: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const others: string[] = [];
  for await (const { key } of store.list(KEYS, { signal })) {
    if (isKeyFile(key) && !isWrappedFor(key, recipients)) {
      others.push(key);
    }
  }
  if (others.length > 0) {
    await store.deleteMany(others, { signal });
    await store.deleteMany(others.map(signatureKey), { signal });
  }
}

/** Nothing that Dashkeep writes is that large. */
const NOT_OURS: ReadonlySet<string> = new Set(['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE']);

/** A key that was read from the repository. */
export interface FoundKey {
  key: RepositoryKey;
  /** Whether it may be written under: anyone who knows the recipients can put a key there. */
  counts: boolean;
  /** Who signed it, which proves nothing where the key does not count. */
  signers: string[];
  /** All files of its id that the identities opened. */
  files: string[];
}

/** The keys that the identities open, oldest first. */
export async function readKeyFiles(
  ports: { store: ObjectStore; trust: Trust; log: Log; signal?: AbortSignal },
  keyFiles: readonly string[],
  identities: readonly string[],
): Promise<FoundKey[]> {
  const opener = openWith({ identities });
  const { trust, signal } = ports;
  const keys = new Map<string, FoundKey>();
  for (const name of keyFiles) {
    try {
      const bytes = await ports.store.get(name, { signal, maxBytes: ENVELOPE_BYTES });
      const plain = await opener.open(bytes, 'DK_INTEGRITY', name);
      const { format: _, ...key } = StoredKey.parse(JSON.parse(plain.toString('utf8')));
      const claims = await trust.claims(name, { signal });
      const author = await trust.author(name, bytes, claims, { content: plain, signal });
      const content = sha256Of(plain);
      // Two of one name may differ in what they hold: the one that counts wins.
      const known = keys.get(key.id);
      const files = [...(known?.files ?? []), name];
      const right = claims.filter((claim) => claim.content === content).map(({ signer }) => signer);
      const signers = [...new Set([...(known?.signers ?? []), ...right])];
      const found = known?.counts === true ? known : { key, counts: trust.counts(author) };
      keys.set(key.id, { ...found, files, signers });
    } catch (error) {
      ports.signal?.throwIfAborted();
      if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && !NOT_OURS.has(error.code)) {
        throw error;
      }
      // Wrapped for somebody else, or damaged: another file may hold the same key.
      ports.log.debug({ object: name }, 'none of the given identities decrypts a key file');
    }
  }
  return [...keys.values()].sort((a, b) => (a.key.id < b.key.id ? -1 : 1));
}
