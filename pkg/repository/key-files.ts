import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DashkeepError } from '../contract/errors.ts';
import type { Log } from '../contract/ports.ts';
import type { ObjectStore } from '../storage/store.ts';
import { ENVELOPE_BYTES } from './codec.ts';
import { openWith, sealFor } from './encryption.ts';
import type { RepositoryKey } from './keyring.ts';
import { isTimedId, KEYS } from './layout.ts';

/** What a key file holds when opened, and the local state keeps. */
export const StoredKey = z.object({
  format: z.literal(1),
  id: z.string().refine(isTimedId),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  objectIdKey: z.string().regex(/^[0-9a-f]{64}$/),
  metadataIdentity: z.string().startsWith('AGE-SECRET-KEY-1'),
});

const KEY_FILE = /^keys\/(\d{8}T\d{6}Z-[0-9a-f]{8})\.([0-9a-f]{8})\.json\.age$/;

export function isKeyFile(key: string): boolean {
  return KEY_FILE.test(key);
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
  return `${KEYS}${id}.${recipientSet(recipients)}.json.age`;
}

/** Whether a key file says by its name that it was wrapped for just these recipients. */
export function isWrappedFor(key: string, recipients: readonly string[]): boolean {
  return KEY_FILE.exec(key)?.[2] === recipientSet(recipients);
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
    if (isKeyFile(key) && !isWrappedFor(key, recipients)) {
      others.push(key);
    }
  }
  if (others.length > 0) {
    await store.deleteMany(others, { signal });
  }
}

/** The keys that the identities open, oldest first. */
export async function readKeyFiles(
  ports: { store: ObjectStore; log: Log; signal?: AbortSignal },
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
