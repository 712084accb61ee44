import { compact } from '../contract/compact.ts';
import { asDashkeepError, failureText } from '../contract/errors.ts';
import type { ResourceProblem } from '../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { ReasonData } from '../contract/reasons/reason.ts';
import type { RunKind, RunRecord, RunStatus } from '../contract/runs.ts';
import { newTimedId } from '../repository/layout.ts';
import type { Repository } from '../repository/repository.types.ts';

export interface RunOptions {
  repository: Repository;
  kind: RunKind;
  trigger: string;
  by?: string;
  id?: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  signal: AbortSignal;
}

/** What a run says about itself when it came to its end. */
export interface RunOutcome<T> {
  value: T;
  status: 'complete' | 'partial' | 'failed';
  snapshot?: string;
  counts: Record<string, number>;
  errors: ResourceProblem[];
  warnings?: string[];
  /** The warnings as data, in the same order. */
  warned?: ReasonData[];
}

/** What a record says also of a run that did not come to its end. */
export type RunFacts = Partial<
  Pick<RunRecord, 'snapshot' | 'touched' | 'security' | 'undoes' | 'planned' | 'source' | 'counts'>
>;

/** Reason of an abort that a person asked for; any other one is an interruption. */
export class Cancelled extends Error {}

/**
 * Does the work and keeps a record of it in the repository, whatever its end; what the work notes is in it, too. A
 * record that can't be written is a warning: what was done is done.
 * @param work - `checkpoint` keeps what was noted while the run goes on, for the case that its process is killed.
 */
export async function recordRun<T>(
  options: RunOptions,
  work: (id: string, note: (facts: RunFacts) => void, checkpoint: () => Promise<void>) => Promise<RunOutcome<T>>,
): Promise<T> {
  const { clock, signal } = options;
  const started = clock.now();
  const begun = clock.monotonic();
  const id = options.id ?? newTimedId(started, options.randomness);
  let facts: RunFacts = {};
  const record = (status: RunStatus, more: Partial<RunRecord>): Promise<void> =>
    keep(options, {
      id,
      kind: options.kind,
      status,
      trigger: options.trigger,
      ...compact({ by: options.by }),
      started: started.toISOString(),
      counts: {},
      errors: [],
      ...facts,
      ...more,
    });
  const ended = (): Pick<RunRecord, 'finished' | 'duration'> => ({
    finished: clock.now().toISOString(),
    duration: Math.round(clock.monotonic() - begun),
  });
  try {
    const note = (noted: RunFacts): void => {
      facts = { ...facts, ...noted };
    };
    const { value, status, ...more } = await work(id, note, () => record('running', {}));
    await record(status, { ...more, ...ended() });
    return value;
  } catch (error) {
    const status = !signal.aborted ? 'failed' : signal.reason instanceof Cancelled ? 'cancelled' : 'interrupted';
    await record(status, { ...(status === 'failed' ? { failure: failureText(error) } : {}), ...ended() });
    throw error;
  }
}

async function keep(options: RunOptions, record: RunRecord): Promise<void> {
  try {
    await options.repository.writeRun(record);
  } catch (error) {
    options.log.warn(
      { run: record.id, code: asDashkeepError(error).code },
      'the record of this run could not be written',
    );
  }
}
