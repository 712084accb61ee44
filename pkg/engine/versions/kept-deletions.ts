import { countsNow, type SnapshotSummary } from '../../contract/manifest.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { SnapshotDeletions } from '../../repository/deletions.ts';
import { timeOfId } from '../../repository/layout.ts';
import { deletionOf, type Deletion, type Deletions, type Gone } from './deletions.ts';

/** Snapshots of which the deletions are read for one answer, the newest ones. */
export const SNAPSHOTS_MOST = 200;
const READ_AT_ONCE = 4;

/** What backups kept of who deleted something. */
export interface KeptDeletions extends Deletions {
  /** What they do not explain, or what may have been deleted again since the last one. */
  others: Gone[];
}

/**
 * Reads who deleted something from the snapshots that were the first to lack it.
 * @param snapshots - all there are
 * @param read - what one of them says, as far as that concerns the organization
 */
export async function keptDeletions(
  gone: readonly Gone[],
  snapshots: readonly SnapshotSummary[],
  read: (id: string) => Promise<SnapshotDeletions['deletions']>,
): Promise<KeptDeletions> {
  const counting = snapshots.filter(countsNow);
  // Comparisons know the time of a snapshot by its ID, in whole seconds.
  const isShowing = ({ id, time, deletions }: SnapshotSummary): boolean =>
    deletions === true && gone.some(({ after, before }) => new Date(time) > after && timeOfId(id) <= before);
  const ids = counting.filter(isShowing).map(({ id }) => id);
  const newest = ids.sort().slice(-SNAPSHOTS_MOST);
  const found = new Map<string, Deletion[]>();
  for (const { kind, uid, updated, updatedBy } of (await mapConcurrently(READ_AT_ONCE, newest, read)).flat()) {
    const key = `${kind}/${uid}`;
    found.set(key, [...(found.get(key) ?? []), { updated, updatedBy }]);
  }
  const kept = { of: found, whole: true };
  const last = Math.max(...counting.map(({ time }) => Date.parse(time)));
  const isOther = (one: Gone): boolean => one.before.getTime() > last || deletionOf(one, kept) === undefined;
  return { ...kept, others: gone.filter(isOther) };
}
