import { compact } from '../contract/compact.ts';
import { asDashkeepError, DashkeepError, failureText } from '../contract/errors.ts';
import type { ResourceProblem, SnapshotTrigger } from '../contract/manifest.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import type { ReasonData } from '../contract/reasons/reason.ts';
import { hasRoles, type RunKind, type RunRecord } from '../contract/runs.ts';
import type { OnProgress } from '../engine/progress.ts';
import type { RunFacts } from '../engine/restore/types.ts';
import { MAX_SKEW, timeOfHolds } from '../repository/clocks.ts';
import { idAfter, newTimedId } from '../repository/layout.ts';
import type { Repository } from '../repository/repository.ts';
import { runIdsBetween } from '../repository/runs.ts';
import type { Session } from './session.ts';

type RunWriter = Pick<Repository, 'writeRun' | 'run' | 'trust' | 'store' | 'ignoreClock'>;

/** What an operation is given of the run that it is. */
export interface Run {
  id: string;
  /** As its snapshot says it. */
  trigger: SnapshotTrigger;
  by?: string;
  /** What a page or the API asked for. */
  request?: RunRecord['request'];
  signal: AbortSignal;
  onProgress: OnProgress;
  /** What the record says whatever the end of the run. */
  note: (facts: RunFacts) => void;
  /** Keeps what was noted while the run goes on, in case its process is killed. @throws what the repository throws */
  checkpoint: () => Promise<void>;
}

/** How an operation ended that came to its end: a value for the caller, and what the record says. */
export interface RunOutcome<T = unknown> {
  value: T;
  status: 'complete' | 'partial' | 'failed';
  snapshot?: string;
  counts: Record<string, number>;
  /** The same for each organization, where it is done for several. */
  orgs?: RunRecord['orgs'];
  errors: ResourceProblem[];
  warnings?: string[];
  /** The warnings as data, in the same order. */
  warned?: ReasonData[];
}

/** The end of a run: its record, why that could not be kept, and what the operation returned or threw. */
export type RunEnd<T> = Recorded & ({ value: T } | { error: unknown });

interface Recorded {
  record: RunRecord;
  unkept?: DashkeepError;
}

/** Reason of an abort that a person asked for; any other one is an interruption. */
export class Cancelled extends Error {}

export interface RunPorts {
  clock: Clock;
  log: Log;
  /** Ends the run. */
  signal: AbortSignal;
  onProgress?: OnProgress;
  /** As a snapshot of the run says it; manual by default. */
  snapshotTrigger?: SnapshotTrigger;
  /** Writes the record down. What was done is done: failing that is only a warning. */
  keep: (record: RunRecord) => Promise<void>;
}

/** Runs an operation, and keeps the record of its end, whatever that is. */
export async function executeRun<T>(
  begun: RunRecord,
  ports: RunPorts,
  operation: (run: Run) => Promise<RunOutcome<T>>,
): Promise<RunEnd<T>> {
  const { clock, log, signal, onProgress = () => undefined, snapshotTrigger: trigger = 'manual' } = ports;
  const since = clock.monotonic();
  let facts: RunFacts = {};
  const keep = async (record: RunRecord): Promise<void> => {
    try {
      await ports.keep(record);
    } catch (error) {
      const { code, message: reason } = asDashkeepError(error);
      log.warn({ run: record.id, code, reason }, 'the record of this run could not be written');
      throw error;
    }
  };
  const note = (noted: RunFacts): void => {
    facts = { ...facts, ...noted };
  };
  const checkpoint = (): Promise<void> => keep({ ...begun, ...facts });
  const end = async (outcome: Partial<RunRecord>): Promise<Recorded> => {
    const finished = clock.now().toISOString();
    const duration = Math.max(0, Math.round(clock.monotonic() - since));
    const record = { ...begun, ...facts, ...outcome, finished, duration };
    const unkept = await keep(record).then(() => undefined, asDashkeepError);
    return compact({ record, unkept });
  };
  const { id, by, request } = begun;
  try {
    const run = compact({ id, trigger, by, request, signal, onProgress, note, checkpoint });
    const { value, ...outcome } = await operation(run);
    return { ...(await end(outcome)), value };
  } catch (error) {
    return { ...(await end(failed(error, signal, { ...begun, ...facts }))), error };
  }
}

function failed(error: unknown, signal: AbortSignal, run: RunRecord): Pick<RunRecord, 'status' | 'failure'> {
  if (signal.aborted && signal.reason instanceof Cancelled) {
    return { status: 'cancelled' };
  }
  return signal.aborted
    ? { status: 'interrupted', failure: failureText(interruption(signal.reason, run)) }
    : { status: 'failed', failure: failureText(error) };
}

/** Why a run was interrupted. A restore that may have changed Grafana is not just to be started again. */
function interruption(cause: unknown, { id, kind, counts, entered }: RunRecord): DashkeepError {
  const error = asDashkeepError(cause);
  const { written = 0, unchecked = 0 } = counts;
  const isOpen = kind === 'restore' && (written + unchecked > 0 || hasRoles({ entered }));
  if (!isOpen || error.advice !== undefined) {
    return error;
  }
  const { code, message, why } = error;
  return new DashkeepError(code, message, {
    cause,
    advice: reason('finish-or-undo-run', { run: id }),
    ...compact({ why }),
  });
}

/** What a new run is, and who asked for it. */
export interface NewRun extends Pick<RunPorts, 'signal' | 'onProgress'> {
  /** A new one by default. */
  id?: string;
  kind: RunKind;
  trigger: string;
  by?: string;
  /**
   * Called if the record of its end could not be written.
   * @param wasKept - whether an earlier state of it was
   */
  onUnkept?: (error: DashkeepError, wasKept: boolean) => void;
}

/**
 * Makes the ID of a restore, so that what finishes or undoes another one is later by its ID. It follows the newest run,
 * also one that a clock ahead of this one dated within what clocks may differ. Where clocks are ignored, either may be
 * wrong: the earlier time counts unless a run followed it. Anyone who can write to the target can have named a record
 * so; only a trusted key can have signed it.
 */
async function restoreId(
  { repository, clock, randomness }: Pick<Session, 'clock' | 'randomness'> & { repository: RunWriter },
  signal: AbortSignal,
): Promise<string> {
  const { store, ignoreClock } = repository;
  const now = clock.now().getTime();
  const shared = ignoreClock ? (await timeOfHolds({ store, clock, ignoreClock }, { signal })).getTime() : now;
  const from = new Date(Math.min(now, shared));
  const to = new Date(Math.max(now, shared) + 2 * MAX_SKEW);
  const ids = await runIdsBetween(store, { from, to, most: Infinity }, { signal });
  let before: string | undefined;
  for (const id of ids.toReversed().slice(0, AHEAD_READ)) {
    const stored = await repository.run(id, { signal });
    if (stored !== undefined && repository.trust.counts(stored.author)) {
      before = id;
      break;
    }
  }
  return idAfter(before, newTimedId(from, randomness), randomness);
}

/** Limit of runs to read that are dated later than now. */
const AHEAD_READ = 20;

/** Milliseconds for which the record of a restore that came to its end is tried: no journal says how it ended. */
const RECORD_WITHIN_MS = 30_000;
const RECORD_PAUSE_MS = 1_000;

/**
 * Runs an operation now, with its record in the repository.
 * @returns the value of its outcome
 * @throws what it throws, after the record was kept
 */
export async function recordRun<T>(
  { repository, clock, randomness, log }: Pick<Session, 'clock' | 'randomness' | 'log'> & { repository: RunWriter },
  { id, kind, trigger, by, signal, onProgress, onUnkept }: NewRun,
  operation: (run: Run) => Promise<RunOutcome<T>>,
): Promise<T> {
  const now = clock.now();
  const facts = { kind, status: 'running' as const, trigger, started: now.toISOString(), counts: {}, errors: [] };
  const own =
    kind === 'restore' ? () => restoreId({ repository, clock, randomness }, signal) : () => newTimedId(now, randomness);
  const begun: RunRecord = compact({ id: id ?? (await own()), ...facts, by });
  let wasKept = false;
  const keep = async (record: RunRecord): Promise<void> => {
    const isEnd = kind === 'restore' && (record.status === 'complete' || record.status === 'partial');
    // A target that never took the record takes no end either, such as one that is read-only.
    const within = isEnd && wasKept ? RECORD_WITHIN_MS : 0;
    await persistently({ clock, signal }, within, () => repository.writeRun(record));
    wasKept = true;
  };
  const end = await executeRun(begun, { clock, log, signal, onProgress, keep }, operation);
  if (end.unkept !== undefined) {
    onUnkept?.(end.unkept, wasKept);
  }
  if ('error' in end) {
    throw end.error;
  }
  return end.value;
}

/** Repeats what fails until some milliseconds have passed. @throws what it failed with the last time */
async function persistently(
  { clock, signal }: Pick<RunPorts, 'clock' | 'signal'>,
  within: number,
  work: () => Promise<void>,
): Promise<void> {
  const until = clock.monotonic() + within;
  for (let pause = RECORD_PAUSE_MS; ; pause *= 2) {
    try {
      return await work();
    } catch (error) {
      const left = until - clock.monotonic();
      if (left <= 0 || signal.aborted) {
        throw error;
      }
      await clock.sleep(Math.min(pause, left), signal).catch(() => undefined);
    }
  }
}
