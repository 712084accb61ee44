import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { valueIf } from '../../lib/expected-errors.ts';
import { append } from '../../lib/append.ts';
import { holdKey, parseHoldKey, signatureKey, snapshotKey, type NamedKey } from '../layout.ts';
import { MAX_MANIFEST_BYTES } from '../objects/codec.ts';
import { claimsIn } from '../signing/claims.ts';
import type { Author } from '../signing/trust.ts';
import type { SnapshotIndex } from '../index/snapshots.ts';
import { fetchManifest, readNeeds, type ManifestPorts } from '../snapshots/manifests.ts';
import { putFile } from './annotation.ts';
import type { Annotations, Hold } from './annotations.ts';

/** What looking after snapshots on hold takes of a repository. */
interface Holding extends ManifestPorts {
  log: Log;
  annotations: Annotations;
  index: Pick<SnapshotIndex, 'update'>;
  forgetCaches(): void;
}

/** The manifest that a hold keeps a copy of. */
interface Copy {
  /** Where the manifest belongs. */
  file: string;
  bytes: Buffer;
  objects: string[];
  author: Author;
}

/** @throws DK_NOT_FOUND without a copy; DK_MANIFEST_DAMAGED, DK_MANIFEST_NEWER, DK_IDENTITY_MISSING */
async function readCopy(repository: Holding, hold: Hold, { signal }: Abortable): Promise<Copy> {
  const { store, trust } = repository;
  let problem: unknown = new DashkeepError('DK_NOT_FOUND', `the hold of ${hold.snapshot} has no copy of its manifest`);
  for (const key of hold.copies) {
    const encrypted = parseHoldKey(key)?.encrypted === true;
    const file = snapshotKey(hold.snapshot, encrypted);
    const claims = claimsIn(hold.content?.manifestSignature ?? '', trust.keys.repository, file);
    try {
      const bytes = await store.get(key, { signal, maxBytes: MAX_MANIFEST_BYTES });
      const fetched = Promise.resolve({ bytes, claims });
      const { objects, author } = await readNeeds(repository, { id: hold.snapshot, encrypted }, { signal, fetched });
      return { file, bytes, objects, author };
    } catch (error) {
      signal?.throwIfAborted();
      problem = error;
    }
  }
  throw problem;
}

/**
 * Puts back the manifests of snapshots on hold that are gone: an earlier release removes them, and someone may place a
 * hold while they are removed. Their objects are there: nothing prunes what a hold needs.
 * @param options.damaged - ids of snapshots whose manifests are there and damaged, and are put back too
 * @returns the ids of those that were put back
 */
export async function putBackHeld(
  repository: Holding,
  { damaged, ...calls }: Abortable & { damaged?: ReadonlySet<string> } = {},
): Promise<Set<string>> {
  const { store, trust, log } = repository;
  const back = new Set<string>();
  if (trust.standing === 'replaced') {
    return back;
  }
  for (const [id, holds] of (await repository.annotations.read(calls)).active) {
    const isDamaged = damaged?.has(id) === true;
    if (!isDamaged && (await isThere(repository, id, calls))) {
      continue;
    }
    // One that no trusted key signed would bring back what someone removed on purpose.
    for (const hold of holds.filter(({ content, copies }) => content !== undefined && copies.length > 0)) {
      try {
        const { file, bytes, author } = await readCopy(repository, hold, calls);
        if (!trust.counts(author)) {
          throw new DashkeepError('DK_SNAPSHOT_FOREIGN', 'no trusted key signed the copy');
        }
        if (!isDamaged) {
          // That someone removed it stays reported until a person accepts it.
          await trust.keys.target?.noteCopy();
        }
        const { manifestSignature: signature = '' } = hold.content ?? {};
        if (signature !== '') {
          await trust.signing.put(signatureKey(file), signature, calls);
        }
        await putFile(store, file, bytes, calls);
        const what = isDamaged ? 'the manifest of a snapshot on hold is damaged' : 'a snapshot on hold was removed';
        log.warn({ snapshot: id }, `${what}: its manifest is restored`);
        back.add(id);
        break;
      } catch (error) {
        calls.signal?.throwIfAborted();
        log.error({ snapshot: id, reason: reasonOf(error) }, 'the manifest of a snapshot on hold cannot be restored');
      }
    }
  }
  if (back.size > 0) {
    await repository.index.update({ whole: true, ...calls });
    repository.forgetCaches();
  }
  return back;
}

/**
 * Writes the copies of manifests again that holds keep, where they are damaged or gone.
 * @param manifests - those that were read, and that a trusted key signed
 * @returns why a copy could not be written, by snapshot
 * @throws DK_STORE_…
 */
export async function renewCopies(
  repository: Holding,
  manifests: readonly NamedKey[],
  { signal }: Abortable,
): Promise<Map<NamedKey, DashkeepError>> {
  const { store, log } = repository;
  const failed = new Map<NamedKey, DashkeepError>();
  const { active } = await repository.annotations.read({ signal });
  for (const key of manifests.filter(({ id }) => active.has(id))) {
    const { bytes } = await fetchManifest(repository, key, { signal });
    for (const hold of (active.get(key.id) ?? []).filter(({ content }) => content !== undefined)) {
      const copy = holdKey(key.id, hold.id, key.encrypted);
      try {
        const stored = store.get(copy, { signal, maxBytes: MAX_MANIFEST_BYTES });
        if ((await stored.catch(valueIf((error) => !isStoreFailure(error), undefined)))?.equals(bytes) !== true) {
          await putFile(store, copy, bytes, { signal });
          log.warn(
            { snapshot: key.id },
            'the copy of a manifest that a hold keeps was damaged or missing: it is restored',
          );
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof DashkeepError)) {
          throw error;
        }
        failed.set(key, error);
      }
    }
  }
  return failed;
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof DashkeepError && error.code.startsWith('DK_STORE') && error.code !== 'DK_STORE_NOT_FOUND';
}

/** Finds a snapshot, also one on hold whose manifest is gone: that is put back. @throws DK_NOT_FOUND */
export async function findHeld<T>(repository: Holding, find: () => Promise<T>, calls: Abortable): Promise<T> {
  try {
    return await find();
  } catch (error) {
    const isGone = error instanceof DashkeepError && error.code === 'DK_NOT_FOUND';
    if (!isGone || (await putBackHeld(repository, calls)).size === 0) {
      throw error;
    }
    return find();
  }
}

async function isThere({ store }: Holding, id: string, { signal }: Abortable): Promise<boolean> {
  for (const encrypted of [false, true]) {
    if ((await store.head(snapshotKey(id, encrypted), { signal })) !== undefined) {
      return true;
    }
  }
  return false;
}

/**
 * What snapshots on hold need, whether or not their manifests are there.
 * @param manifests - ids of the snapshots whose manifests were read
 * @throws DK_PRUNE_UNSAFE when it cannot be known
 */
export async function neededByHolds(
  repository: Holding,
  manifests: ReadonlySet<string>,
  calls: Abortable,
): Promise<{ snapshots: string[]; objects: string[] }> {
  const { active } = await repository.annotations.read(calls);
  const objects: string[] = [];
  for (const [id, holds] of active) {
    let problem: unknown;
    let isKnown = manifests.has(id);
    for (const hold of holds) {
      try {
        append(objects, (await readCopy(repository, hold, calls)).objects);
        isKnown = true;
      } catch (error) {
        calls.signal?.throwIfAborted();
        if (isStoreFailure(error)) {
          throw error;
        }
        problem = error;
      }
    }
    if (!isKnown) {
      throw new DashkeepError(
        'DK_PRUNE_UNSAFE',
        `the snapshot ${id} is on hold and cannot be read, so the objects that it needs are unknown: ${reasonOf(problem)}`,
        { cause: problem, advice: reason('release-unreadable', { command: `dashkeep release ${id}` }) },
      );
    }
  }
  return { snapshots: [...active.keys()], objects };
}
