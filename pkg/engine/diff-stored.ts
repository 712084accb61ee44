import { DashkeepError } from '../contract/errors.ts';
import type { ManifestEntry, SnapshotSignature } from '../contract/manifest.ts';
import type { Diff } from '../contract/plan.ts';
import type { Abortable } from '../lib/abortable.ts';
import { mapConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Repository } from '../repository/repository.ts';
import { diffManifests, key } from './diff.ts';
import type { Compared } from './scope.ts';

/** A snapshot as it is stored. */
export interface StoredSide {
  manifest: Compared;
  signature: SnapshotSignature;
  /** How its objects got their IDs. */
  scheme: string;
}

const READS_AT_ONCE = 16;

/**
 * What changed from one snapshot to a later one, also where encryption was set up or its key replaced between them:
 * then the same content has another ID. An untrusted snapshot is compared by IDs alone: it may say of its content what
 * it likes.
 */
export async function diffStored(
  repository: Repository,
  from: StoredSide,
  to: StoredSide,
  calls: Abortable = {},
): Promise<Diff> {
  const { manifest: before } = from;
  const { manifest: after } = to;
  const isByIds = from.scheme === to.scheme || !from.signature.signed || !to.signature.signed;
  const resources = isByIds ? after.resources : await withIdsOf(repository, before.resources, after.resources, calls);
  return diffManifests(before, { ...after, resources });
}

/** Entries of a snapshot under another key; those whose content has not changed get the IDs that it had before. */
export async function withIdsOf(
  repository: Repository,
  before: readonly ManifestEntry[],
  after: readonly ManifestEntry[],
  calls: Abortable,
): Promise<ManifestEntry[]> {
  const known = new Map(before.map((entry) => [key(entry.org, entry.kind, entry.uid), entry]));
  return mapConcurrently(
    READS_AT_ONCE,
    after,
    async (entry) => {
      const old = known.get(key(entry.org, entry.kind, entry.uid));
      return old !== undefined && (await isSame(repository, old, entry, calls))
        ? { ...entry, object: old.object }
        : entry;
    },
    calls.signal,
  );
}

async function isSame(
  repository: Repository,
  old: ManifestEntry,
  now: ManifestEntry,
  calls: Abortable,
): Promise<boolean> {
  if (old.bytes !== now.bytes) {
    return false;
  }
  const [before, after] = [old, now].map(({ facts }) => facts?.['updated'] ?? facts?.['created']);
  const isSameVersion = old.facts?.['version'] === now.facts?.['version'] && old.title === now.title;
  if (before !== undefined && before === after && isSameVersion) {
    return true;
  }
  // Saved again, or, like permissions, without a time in Grafana. Many a change has the same length.
  try {
    const text = await repository.getObject(old.object, calls);
    return [false, true].some((encrypted) => repository.keyring.check(now.object, text, encrypted) === 'match');
  } catch (error) {
    calls.signal?.throwIfAborted();
    if (!(error instanceof DashkeepError)) {
      throw error;
    }
    return false;
  }
}
