import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Randomness } from '../../contract/ports.ts';
import { ENVELOPE_BYTES, MAX_MANIFEST_BYTES } from '../objects/codec.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { removeOtherKeyFiles, writeKeyFile } from './key-files.ts';
import { newTimedId, NOTES, OBJECTS, parseObjectKey, RUNS, SNAPSHOTS } from '../layout.ts';
import type { Repository } from '../repository.ts';
import { putWhole } from '../objects/put-whole.ts';

const FILES_AT_ONCE = 8;

export interface RewrapResult {
  rewrapped: number;
  /** Could not be opened, and stay as they are. */
  failed: { key: string; reason: string }[];
}

/**
 * Encrypts everything that is encrypted once more, for the recipients that the repository was opened with: afterwards
 * a new recipient can read the past, and a removed one can no longer read anything there. (Who had access may have
 * copied it: what must be safe from them belongs into a new repository, see copyRepository.) Interrupting it is
 * harmless: each file is readable before and after, and running it again finishes the work.
 * @throws DK_ENCRYPTION when the repository was not opened with recipients, DK_IDENTITY_MISSING without an identity.
 */
export async function rewrap(
  repository: Repository,
  options: Abortable & { randomness: Randomness; progress?: (done: number) => void },
): Promise<RewrapResult> {
  const { store, keyring, clock } = repository;
  const { signal } = options;
  repository.trust.keys.assertRemembered();
  if (keyring.current === undefined) {
    throw new DashkeepError('DK_ENCRYPTION', 're-encrypting everything requires age recipients');
  }
  const session = await repository.openSession(
    { id: newTimedId(clock.now(), options.randomness), kind: 'repair' },
    { signal },
  );
  try {
    for (const key of keyring.keys) {
      // A key that no trusted key signed stays one: anyone can put one there that the identity opens.
      const signs = keyring.mayWriteUnder(key);
      await writeKeyFile(signs ? repository : { store }, key, keyring.recipients, signal);
    }
    const result: RewrapResult = { rewrapped: 0, failed: [] };
    for (const folder of [OBJECTS, SNAPSHOTS, RUNS, NOTES]) {
      const seal = folder === OBJECTS ? keyring.sealObject : keyring.sealMetadata;
      const keys: string[] = [];
      for await (const { key } of store.list(folder, { signal })) {
        if (key.endsWith('.age')) {
          keys.push(key);
        }
      }
      const renew = async (key: string): Promise<void> => {
        try {
          await renewFile(repository, key, seal, signal);
          result.rewrapped++;
          options.progress?.(result.rewrapped);
        } catch (error) {
          if (!(error instanceof DashkeepError) || !STAYS.has(error.code)) {
            throw error;
          }
          result.failed.push({ key, reason: reasonOf(error) });
        }
      };
      await forEachConcurrently(FILES_AT_ONCE, keys, renew, signal);
    }
    await repository.index.update({ whole: true, signal });
    await repository.runIndex.rewrite();
    await repository.versionIndex.rewrite({ signal });
    await repository.textIndex.rewrite({ signal });
    if (result.failed.length === 0) {
      // Only now: until everything is renewed, the old recipients may be the only ones who can read a file.
      await removeOtherKeyFiles(store, keyring.recipients, signal);
    }
    return result;
  } finally {
    await session.end();
  }
}

const STAYS: ReadonlySet<string> = new Set([
  'DK_IDENTITY_MISSING',
  'DK_OBJECT_DAMAGED',
  'DK_INTEGRITY',
  'DK_STORE_NOT_FOUND',
]);

async function renewFile(
  { store, keyring, objects }: Repository,
  key: string,
  seal: (plain: Buffer) => Promise<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const object = parseObjectKey(key);
  if (object !== undefined) {
    // Checks the id, so that nothing damaged gets a fresh wrapping.
    await objects.read(object.id, true, { signal });
  }
  const old = await store.get(key, { signal, maxBytes: MAX_MANIFEST_BYTES + ENVELOPE_BYTES });
  const body = await seal(await keyring.opener.open(old, 'DK_INTEGRITY', key));
  await putWhole(store, key, body, { signal });
}
