import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { silentLog, type Log, type Randomness } from '../../contract/ports.ts';
import { putBackHeld } from '../holds/copies.ts';
import { newTimedId, parseRunKey } from '../layout.ts';
import { findOrphans } from '../objects/orphans.ts';
import type { ListedObject } from '../objects/listing.ts';
import { readCandidateLists, renewCandidateLists, sortByAge, type CandidateList } from './candidates.ts';
import { openSession } from './make-room.ts';
import { Remover, type Removal } from './removal.ts';
import { survey, type Survey } from './survey.ts';
import type { Repository } from '../repository.ts';

export interface PrunePlan {
  snapshots: number;
  objects: number;
  bytes: number;
  /** Found by an earlier prune at least four hours ago and still not needed: applying removes them. */
  remove: { key: string; size: number }[];
  /** Not needed and old enough, seen for the first time, or too recently: applying only marks them. */
  mark: { key: string; size: number }[];
  /** Not needed, but younger than 48 hours. */
  young: number;
  /** Keys of records of runs that applying removes. */
  runs: string[];
  /** Keys of sessions, probes and caches that nobody uses any more and that applying removes. */
  leftOvers: string[];
  /** Whether more than half of all objects would go, which needs a word from a person. */
  needsConfirmation: boolean;
}

export interface PruneResult extends Removal {
  marked: number;
  /** Records of runs that are no longer in the repository, and left-overs. */
  runs: number;
  leftOvers: number;
}

/**
 * What a prune would do. Reads only.
 * @throws DK_PRUNE_UNSAFE, DK_CLOCK_SKEW
 */
export async function planPrune(repository: Repository, calls: Abortable = {}): Promise<PrunePlan> {
  repository.trust.keys.assertRemembered();
  return (await look(repository, { ...calls, log: repository.log })).plan;
}

interface Look {
  plan: PrunePlan;
  lists: CandidateList[];
  found: Survey;
}

async function look(repository: Repository, calls: Abortable & { log: Log }): Promise<Look> {
  const lists = await readCandidateLists(repository, calls);
  const found = await survey(repository, calls);
  const { ripe, unripe } = sortByAge(lists, found);
  const { runs, others } = await findOrphans(repository, found.snapshots, found.now, calls);
  return {
    lists,
    found,
    plan: {
      snapshots: found.snapshots.size,
      objects: found.objects,
      bytes: found.bytes,
      remove: ripe.map(short),
      mark: unripe.map(short),
      young: found.young,
      runs,
      leftOvers: others,
      needsConfirmation: ripe.length * 2 > found.objects,
    },
  };
}

function short({ key, size }: ListedObject): { key: string; size: number } {
  return { key, size };
}

/**
 * Removes what the plan found and marks the rest, after looking at everything again under its own session.
 * Nothing beyond the plan is removed.
 * @throws DK_PRUNE_UNSAFE when anybody else is at work or anything is in doubt, DK_CONFIRMATION when more than half of
 * all objects would go and `confirmed` is not set.
 */
export async function applyPrune(
  repository: Repository,
  plan: PrunePlan,
  options: Abortable & { randomness: Randomness; confirmed?: boolean },
): Promise<PruneResult> {
  const { clock } = repository;
  const { signal } = options;
  const id = newTimedId(clock.now(), options.randomness);
  const orphans = [...plan.leftOvers, ...plan.runs];
  const { session, gone } = await openSession(repository, id, orphans, { signal });
  try {
    await putBackHeld(repository, { signal });
    // The plan has warned of the clock.
    const again = await look(repository, { signal, log: silentLog });
    const planned = new Set([...plan.remove.map(({ key }) => key), ...plan.runs, ...plan.leftOvers]);
    const remove = again.plan.remove.filter(({ key }) => planned.has(key));
    if (remove.length * 2 > again.found.objects && options.confirmed !== true) {
      throw new DashkeepError(
        'DK_CONFIRMATION',
        `${remove.length} of ${again.found.objects} objects would be removed: more than half`,
        { advice: reason('confirm-large-prune') },
      );
    }
    const remover = new Remover(repository, session, signal);
    for (const key of await remover.removeObjects(remove, again.found.now)) {
      again.found.unneeded.delete(key);
    }
    const { lists, found, plan: now } = again;
    const marked = await renewCandidateLists(repository, id, { lists, found, unripe: now.mark }, { signal });
    const early = (keys: readonly string[]): string[] => keys.filter((key) => gone.has(key));
    const runs = [...early(plan.runs), ...(await remover.remove(now.runs.filter((key) => planned.has(key))))];
    if (runs.length > 0) {
      await repository.runIndex.remove(new Set(runs.flatMap((key) => parseRunKey(key)?.id ?? [])));
    }
    const others = await remover.remove(now.leftOvers.filter((key) => planned.has(key)));
    const leftOvers = [...early(plan.leftOvers), ...others];
    return { ...remover.result, marked, runs: runs.length, leftOvers: leftOvers.length };
  } finally {
    await session.end();
  }
}
