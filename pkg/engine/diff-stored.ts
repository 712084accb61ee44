import { DashkeepError } from '../contract/errors.ts';
import type { ManifestEntry, SnapshotSignature } from '../contract/manifest.ts';
import type { Diff } from '../contract/plan.ts';
import { KINDS, kindOf } from '../grafana/kinds/registry.ts';
import { mapConcurrently } from '../lib/concurrency/each-at-once.ts';
import type { Repository } from '../repository/repository.ts';
import { isSameBesideDefaults } from './changes/upgrades.ts';
import { diffManifests, key } from './diff.ts';
import { storedContent } from './restore/content.ts';
import type { Compared } from './scope.ts';

/** A snapshot as it is stored. */
export interface StoredSide {
  manifest: Compared;
  signature: SnapshotSignature;
  /** How its objects got their IDs. */
  scheme: string;
}

interface Calls {
  signal: AbortSignal;
}

const READS_AT_ONCE = 16;

/**
 * What changed from one snapshot to a later one, also where encryption was set up or its key replaced between them:
 * then the same content has another ID. What versions of Grafana add by themselves is no change. An untrusted snapshot
 * is compared by IDs alone: it may say of its content what it likes.
 */
export async function diffStored(
  repository: Repository,
  from: StoredSide,
  to: StoredSide,
  calls: Calls,
): Promise<Diff> {
  const { manifest: before } = from;
  const { manifest: after } = to;
  if (!from.signature.signed || !to.signature.signed) {
    return diffManifests(before, after);
  }
  const isByIds = from.scheme === to.scheme;
  const same = isByIds ? after.resources : await withIdsOf(repository, before.resources, after.resources, calls);
  const resources = await withIdsBesideDefaults(repository, before.resources, same, calls);
  return diffManifests(before, { ...after, resources });
}

/** Entries of a snapshot under another key; those whose content has not changed get the IDs that it had before. */
export function withIdsOf(
  repository: Repository,
  before: readonly ManifestEntry[],
  after: readonly ManifestEntry[],
  calls: Calls,
): Promise<ManifestEntry[]> {
  return withIdsWhere(before, after, calls, (old, entry) => isSame(repository, old, entry, calls));
}

/** Entries of a snapshot; those that differ only in what versions of Grafana add by themselves get the IDs before. */
export async function withIdsBesideDefaults(
  repository: Repository,
  before: readonly ManifestEntry[],
  after: readonly ManifestEntry[],
  calls: Calls,
): Promise<ManifestEntry[]> {
  const affected = new Set(KINDS.flatMap((kind) => (kind.withoutDefaults === undefined ? [] : [kind.name])));
  const isAffected = ({ kind }: ManifestEntry): boolean => affected.has(kind);
  return withIdsWhere(
    before.filter(isAffected),
    after,
    calls,
    async (old, entry) => old.object === entry.object || isSameBeside(repository, old, entry, calls),
  );
}

function withIdsWhere(
  before: readonly ManifestEntry[],
  after: readonly ManifestEntry[],
  { signal }: Calls,
  isEqual: (old: ManifestEntry, now: ManifestEntry) => Promise<boolean>,
): Promise<ManifestEntry[]> {
  const known = new Map(before.map((entry) => [key(entry.org, entry.kind, entry.uid), entry]));
  return mapConcurrently(
    READS_AT_ONCE,
    after,
    async (entry) => {
      const old = known.get(key(entry.org, entry.kind, entry.uid));
      return old !== undefined && (await isEqual(old, entry)) ? { ...entry, object: old.object } : entry;
    },
    signal,
  );
}

async function isSame(repository: Repository, old: ManifestEntry, now: ManifestEntry, calls: Calls): Promise<boolean> {
  if (old.bytes !== now.bytes) {
    return false;
  }
  const [before, after] = [old, now].map(({ facts }) => facts?.['updated'] ?? facts?.['created']);
  const isSameVersion = old.facts?.['version'] === now.facts?.['version'] && old.title === now.title;
  if (before !== undefined && before === after && isSameVersion) {
    return true;
  }
  // Saved again, or, like permissions, without a time in Grafana. Many a change has the same length.
  return unlessUnreadable(calls, async () => {
    const text = await repository.getObject(old.object, calls);
    return [false, true].some((encrypted) => repository.keyring.check(now.object, text, encrypted) === 'match');
  });
}

async function isSameBeside(
  repository: Repository,
  old: ManifestEntry,
  now: ManifestEntry,
  calls: Calls,
): Promise<boolean> {
  return unlessUnreadable(calls, async () => {
    const before = await storedContent(repository, old, calls.signal);
    const after = await storedContent(repository, now, calls.signal);
    return isSameBesideDefaults(kindOf(old.kind), before, after);
  });
}

/** What cannot be read differs. */
async function unlessUnreadable({ signal }: Calls, compare: () => Promise<boolean>): Promise<boolean> {
  try {
    return await compare();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DashkeepError)) {
      throw error;
    }
    return false;
  }
}
