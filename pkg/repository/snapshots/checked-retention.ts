import type { SnapshotSummary } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { isUnreadable } from '../index/snapshots.ts';
import type { Repository } from '../repository.ts';
import { KnownEntries } from './known-entries.ts';
import { eachSnapshot, listSnapshots, readNeeds } from './manifests.ts';
import { planRetention, type RetentionDecision, type RetentionPlan, type RetentionPolicy } from './retention.ts';

/** Why a snapshot is kept that takes the place of others. */
const COUNTED: ReadonlySet<string> = new Set(['newest-complete', 'newest-beyond-reach', 'kept-by-rule']);

/**
 * The same as `planRetention`, but each snapshot that the rules count is read: anyone who can write to the bucket can
 * have overwritten its manifest since the index of snapshots was written.
 * @returns the plan, and what proved unreadable: that stays, and counts for nothing
 */
export async function planByManifests(
  repository: Repository,
  summaries: readonly SnapshotSummary[],
  { policy, now, signal }: Abortable & { policy: RetentionPolicy; now: Date },
): Promise<{ plan: RetentionPlan; unreadable: string[] }> {
  const snapshots = new Map(summaries.map((summary) => [summary.id, summary]));
  const holds = new Map(summaries.map(({ id, hold }) => [id, hold]));
  const read = new Set<string>();
  const unreadable: string[] = [];
  const entries = new KnownEntries();
  const stored = new Map((await listSnapshots(repository.store, { signal })).map((key) => [key.id, key]));
  const storedAt = (id: string): Date | undefined => stored.get(id)?.lastModified;
  for (;;) {
    const plan = planRetention([...snapshots.values()], policy, now, storedAt);
    const relied = plan.forgotten.length === 0 ? [] : plan.kept.filter(isCounted);
    const unread = new Set(relied.map(({ id }) => id).filter((id) => !read.has(id)));
    if (unread.size === 0) {
      return { plan, unreadable };
    }
    const keys = (await listSnapshots(repository.store, { signal })).filter(({ id }) => unread.has(id));
    unread.forEach((id) => {
      read.add(id);
      // What is gone since, or proves unreadable, is not put back.
      snapshots.delete(id);
    });
    await eachSnapshot(
      keys,
      async (key) => {
        try {
          const { summary } = await readNeeds(repository, key, { signal, known: entries });
          snapshots.set(key.id, { ...summary, hold: holds.get(key.id) });
        } catch (error) {
          if (!isUnreadable(error)) {
            throw error;
          }
          unreadable.push(key.id);
        }
      },
      signal,
    );
  }
}

function isCounted({ why }: RetentionDecision): boolean {
  return why.some(({ code }) => COUNTED.has(code));
}
