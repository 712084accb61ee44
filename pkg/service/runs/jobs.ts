import { compact } from '../../contract/compact.ts';
import type { RunRequest } from '../../contract/api/runs.ts';
import type { ScheduledJob } from '../../contract/api/settings.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { SnapshotTrigger } from '../../contract/manifest.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { RunJob } from './queue.ts';
import type { Operations, WorkResult, WorkRun } from '../operations/work.ts';

/** The word that a person types to let a prune remove more than half of all objects. */
export const PRUNE_CONFIRMATION = 'remove most objects';

/** What a request comes to as work. */
export function jobOf(request: RunRequest, trigger: string, repositoryCache: RepositoryCache): RunJob {
  const work =
    (action: (work: Operations, run: WorkRun) => Promise<WorkResult>) =>
    (run: WorkRun): Promise<WorkResult> =>
      repositoryCache.use(run.signal, (one) => action(one, run));
  const job = (action: (work: Operations, run: WorkRun) => Promise<WorkResult>): RunJob => ({
    kind: request.kind,
    trigger,
    snapshotTrigger: triggerOf(trigger),
    work: work(action),
  });
  switch (request.kind) {
    case 'backup':
      return job((one, run) => one.backup(run, { full: request.full === true, acceptLoss: request.acceptLoss }));
    case 'verify':
      return job((one, run) => one.verify(run, { readData: request.readData === true, snapshot: request.snapshot }));
    case 'forget':
      return job((one, run) => one.forget(run));
    case 'prune':
      return job((one, run) => confirmedPrune(one, run, request.confirm));
    case 'drill':
      return job((one, run) => one.drill(run, { snapshot: request.snapshot }));
  }
}

/** Says which word is wanted where the repository asks for one. */
async function confirmedPrune(work: Operations, run: WorkRun, confirm: string | undefined): Promise<WorkResult> {
  try {
    return await work.prune(run, { confirmed: confirm === PRUNE_CONFIRMATION });
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_CONFIRMATION') {
      const advice = reason('confirm-prune', { confirm: PRUNE_CONFIRMATION });
      throw new DashkeepError('DK_CONFIRMATION', error.message, { cause: error, advice });
    }
    throw error;
  }
}

/** What a schedule comes to as work. */
export function scheduledJob(
  job: ScheduledJob,
  trigger: 'scheduled' | 'catch-up',
  repositoryCache: RepositoryCache,
): RunJob {
  return job === 'prune' ? pruneJob(trigger, repositoryCache) : jobOf({ kind: job }, trigger, repositoryCache);
}

/** What is scheduled as "prune": first forget by the retention, then remove what nothing needs any more. */
function pruneJob(trigger: string, repositoryCache: RepositoryCache): RunJob {
  return {
    kind: 'prune',
    trigger,
    snapshotTrigger: triggerOf(trigger),
    work: (run) =>
      repositoryCache.use(run.signal, async (work) => {
        const forgotten = await work.forget(run);
        const pruned = await work.prune(run, { confirmed: false });
        const partial = forgotten.status !== 'complete' || pruned.status !== 'complete';
        return compact({
          status: partial ? 'partial' : 'complete',
          counts: { ...forgotten.counts, ...pruned.counts },
          errors: [...forgotten.errors, ...pruned.errors],
          warnings: pruned.warnings,
          warned: pruned.warned,
        });
      }),
  };
}

function triggerOf(trigger: string): SnapshotTrigger {
  return trigger === 'scheduled' || trigger === 'catch-up' ? 'scheduled' : 'manual';
}
