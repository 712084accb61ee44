import { countsNow, isRegularBackup, type SnapshotSummary } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import type { Repository } from '../repository.ts';
import { planRetention, type RetentionDecision, type RetentionPolicy } from '../snapshots/retention.ts';

/** What a copy with its own retention takes. */
export interface CopySelection {
  /** IDs of the snapshots that belong in the copy. */
  wanted: ReadonlySet<string>;
  /** Ids of those that are there, signed by a trusted key, as far as the index of the copy says. */
  settled: ReadonlySet<string>;
  /** Whether the latest backup of the source lacks much that the one before it has. */
  shrunk: boolean;
  /** IDs of snapshots of the source that are left out only because they are dated in the future, oldest first. */
  future: string[];
}

/** Reasons for which retention keeps existing snapshots, but which do not justify a copy. */
const NO_REASON_TO_COPY: ReadonlySet<string> = new Set(['kept-until-accepted', 'kept-future']);

/**
 * Finds out which snapshots the rules of the copy would keep if all were there: the others are not copied. Only holds
 * that a trusted key signed count, because others are easily made up.
 */
export async function selectForCopy(
  from: Repository,
  to: Repository,
  policy: RetentionPolicy | undefined,
  calls: Abortable,
): Promise<CopySelection> {
  const [here, there] = await Promise.all([from.index.readWhole(calls), to.index.readWhole(calls)]);
  const { active } = await from.annotations.read(calls);
  const settled = new Set(there.summaries.filter(({ foreign }) => foreign !== true).map(({ id }) => id));
  const latest = here.summaries.findLast((one) => isRegularBackup(one) && countsNow(one));
  const all = [...there.summaries.filter(({ id }) => settled.has(id)), ...here.summaries].map(
    (one): SnapshotSummary => {
      const isHeld = active.get(one.id)?.some(({ content }) => content !== undefined) === true;
      return { ...one, hold: isHeld ? { note: '', since: one.time } : null };
    },
  );
  const unique = [...new Map(all.map((one) => [one.id, one])).values()];
  const kept = policy === undefined ? unique : planRetention(unique, policy, from.clock.now()).kept.filter(isReason);
  const wanted = new Set([...kept.map(({ id }) => id), ...here.unreadable]);
  return {
    wanted,
    settled,
    future: here.summaries.flatMap(({ id, future }) => (future === true && !wanted.has(id) ? [id] : [])).sort(),
    shrunk: latest?.shrunk !== undefined,
  };
}

function isReason({ why }: RetentionDecision): boolean {
  return why.some(({ code }) => !NO_REASON_TO_COPY.has(code));
}
