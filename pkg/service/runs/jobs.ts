import type { RunRequest } from '../../contract/api/runs.ts';
import type { ScheduledJob } from '../../contract/api/settings.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { KIND_NAMES } from '../../contract/kinds.ts';
import type { SnapshotTrigger } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { runBackup } from '../../operations/backup.ts';
import { runDrill } from '../../operations/drill.ts';
import { policyOf, runForget } from '../../operations/forget.ts';
import { runPrune } from '../../operations/prune.ts';
import type { Run, RunOutcome } from '../../operations/run.ts';
import { runVerify } from '../../operations/verify.ts';
import type { OpenedTarget } from '../repository/opened-target.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';
import type { RunJob } from './queue.ts';

/** The word that a person types to let a prune remove more than half of all objects. */
const PRUNE_CONFIRMATION = 'remove most objects';

/** All but a copy, which has a second target. */
type OneTargetRequest = Exclude<RunRequest, { kind: 'copy' }>;

type Operation = (target: OpenedTarget, run: Run) => Promise<RunOutcome>;

/** What a request comes to as work. */
export function jobOf(request: OneTargetRequest, trigger: string, repositoryCache: RepositoryCache): RunJob {
  return jobFor(request.kind, trigger, repositoryCache, operationOf(request));
}

/** What a schedule comes to as work. */
export function scheduledJob(job: ScheduledJob, repositoryCache: RepositoryCache): RunJob {
  return jobFor(job, 'scheduled', repositoryCache, job === 'prune' ? forgetAndPrune : operationOf({ kind: job }));
}

function jobFor(kind: RunJob['kind'], trigger: string, repositoryCache: RepositoryCache, operation: Operation): RunJob {
  const snapshotTrigger: SnapshotTrigger = trigger === 'manual' ? 'manual' : 'scheduled';
  const work = (run: Run): Promise<RunOutcome> => repositoryCache.use(run.signal, (target) => operation(target, run));
  return { kind, trigger, snapshotTrigger, work };
}

function operationOf(request: OneTargetRequest): Operation {
  switch (request.kind) {
    case 'backup':
      return (target, run) => backup(target, request, run);
    case 'verify': {
      const { readData = false, snapshot } = request;
      return async (target, run) => runVerify(await target.session(run.signal), { readData, snapshot }, run);
    }
    case 'forget':
      return forget;
    case 'prune':
      return (target, run) => prune(target, request.confirm, run);
    case 'drill':
      return async (target, run) => runDrill(await target.session(run.signal), { snapshot: request.snapshot }, run);
  }
}

async function backup(
  target: OpenedTarget,
  { full, acceptLoss }: Extract<RunRequest, { kind: 'backup' }>,
  run: Run,
): Promise<RunOutcome> {
  const { excludeKinds, plainCopies, fullReadEvery } = target.settings.values.scope;
  const excluded = new Set(excludeKinds);
  const choice = {
    kinds: excluded.size === 0 ? undefined : KIND_NAMES.filter((kind) => !excluded.has(kind)),
    acceptLoss,
    alarm: target.alarm,
    fullReadEvery: full === true ? 1 : fullReadEvery,
    // A person who asks for a backup wants what is there now.
    readsAll: run.trigger === 'manual',
    plainCopies: plainCopies === 'auto' ? undefined : plainCopies === 'on',
  };
  return runBackup(await target.session(run.signal, { create: true }), choice, run);
}

async function forget(target: OpenedTarget, run: Run): Promise<RunOutcome> {
  const { retention, schedule } = target.settings.values;
  const policy = policyOf(retention, schedule.timezone);
  return policy === undefined
    ? { value: undefined, status: 'complete', counts: { forgotten: 0 }, errors: [] }
    : runForget(await target.session(run.signal), policy, run);
}

/** Says which word is wanted where the repository asks for one. */
async function prune(target: OpenedTarget, confirm: string | undefined, run: Run): Promise<RunOutcome> {
  try {
    return await runPrune(await target.session(run.signal), { confirmed: confirm === PRUNE_CONFIRMATION }, run);
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_CONFIRMATION') {
      const advice = reason('confirm-prune', { confirm: PRUNE_CONFIRMATION });
      throw new DashkeepError('DK_CONFIRMATION', error.message, { cause: error, advice });
    }
    throw error;
  }
}

/** What is scheduled as "prune": first forget by the retention, then remove what nothing needs any more. */
async function forgetAndPrune(target: OpenedTarget, run: Run): Promise<RunOutcome> {
  const forgotten = await forget(target, run);
  const pruned = await runPrune(await target.session(run.signal), { confirmed: false }, run);
  const isPartial = forgotten.status !== 'complete' || pruned.status !== 'complete';
  return {
    ...pruned,
    status: isPartial ? 'partial' : 'complete',
    counts: { ...forgotten.counts, ...pruned.counts },
    errors: [...forgotten.errors, ...pruned.errors],
  };
}
