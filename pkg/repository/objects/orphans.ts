import type { Abortable } from '../../lib/abortable.ts';
import { PROBE } from '../../storage/check/context.ts';
import type { ObjectInfo } from '../../storage/store.ts';
import { compact } from '../../contract/compact.ts';
import {
  CACHE,
  HOLDS,
  isUsedCache,
  parseNoteKey,
  parseRunKey,
  parseSnapshotSignature,
  RUNS,
  SESSIONS,
  SIGNATURES,
  type GrowingIndex,
} from '../layout.ts';
import type { Repository } from '../repository.ts';

const DAY = 86_400_000;

/** Records of runs are kept so long, more than a quarter for reports, in milliseconds by the store's clock. */
const RUNS_KEPT = 100 * DAY;

/** And that many of the newest, however old they are. */
const RUNS_KEPT_AT_LEAST = 1000;

/** What a run leaves behind that died, and caches that nobody uses: after so long nothing can be about to need them. */
export const ORPHAN_AGE_MS = 7 * DAY;

export interface Orphans {
  /** Keys of records of runs that are neither among the newest nor young nor of a snapshot that is there. */
  runs: string[];
  /**
   * Keys of sessions and probes that died long ago, of caches that nobody uses, of signatures and notes of no snapshot,
   * and of copies of manifests whose hold ended.
   */
  others: string[];
}

/**
 * What a prune removes besides objects. Nothing depends on any of it, so it needs no marks.
 * @param snapshots - ids of all that there are
 * @param now - the store's clock
 */
export async function findOrphans(
  repository: Repository,
  snapshots: ReadonlySet<string>,
  now: Date,
  { signal }: Abortable = {},
): Promise<Orphans> {
  const { store, encrypted } = repository;
  const olderThan = (age: number) => (info: ObjectInfo) => now.getTime() - info.lastModified.getTime() > age;
  const records = await listed(store.list(RUNS, { signal }));
  // A backup's record has the id of its snapshot.
  const runs = records
    .slice(0, Math.max(0, records.length - RUNS_KEPT_AT_LEAST))
    .filter(olderThan(RUNS_KEPT))
    .filter(({ key }) => {
      const named = parseRunKey(key);
      return named !== undefined && !snapshots.has(named.id);
    });
  const { active, ended } = await repository.annotations.read(compact({ signal }));
  const copies = new Set(ended.flatMap((hold) => hold.copies));
  const isUsed = await usedGenerations(repository, compact({ signal }));
  const dead = [
    ...(await listed(store.list(SESSIONS, { signal }))),
    ...(await listed(store.list(PROBE, { signal }))),
    ...(await listed(store.list(CACHE, { signal }))).filter(({ key }) => !isUsedCache(key, encrypted, isUsed)),
    ...(await listed(store.list(SIGNATURES, { signal }))).filter(({ key }) => {
      const named = parseSnapshotSignature(key) ?? parseNoteKey(key);
      return named !== undefined && !snapshots.has(named.id) && !active.has(named.id);
    }),
    ...(await listed(store.list(HOLDS, { signal }))).filter(({ key }) => copies.has(key)),
  ].filter(olderThan(ORPHAN_AGE_MS));
  return { runs: runs.map(keyOf), others: dead.map(keyOf) };
}

/** Whether a generation of an index is in use. */
async function usedGenerations(
  { versionIndex, textIndex }: Repository,
  calls: Abortable,
): Promise<(index: GrowingIndex, generation: string) => boolean> {
  const used: Partial<Record<GrowingIndex, Set<string>>> = {
    versions: await versionIndex.generations(calls),
    [textIndex.flavor]: await textIndex.generations(calls),
  };
  // Of the other index of texts only those know who read it.
  return (index, generation) => used[index]?.has(generation) ?? true;
}

async function listed(list: AsyncIterable<ObjectInfo>): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of list) {
    infos.push(info);
  }
  return infos;
}

function keyOf({ key }: ObjectInfo): string {
  return key;
}
