import { setMaxListeners } from 'node:events';
import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError, failureText } from '../../contract/errors.ts';
import type { SnapshotTrigger } from '../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { RunKind, RunRecord, RunStatus, WholeProgress } from '../../contract/runs.ts';
import { Cancelled, type RunFacts } from '../../engine/run.ts';
import { newTimedId } from '../../repository/layout.ts';
import type { WorkResult, WorkRun } from '../operations/work.ts';
import type { Journal } from './journal.ts';

export interface RunJob {
  kind: RunKind;
  /** manual, scheduled, catch-up, … as the record says it. */
  trigger: string;
  /** As a snapshot says it. */
  snapshotTrigger: SnapshotTrigger;
  by?: string;
  /** The organization that asked. */
  org?: number;
  /** Hash of the key with which it was asked for. */
  idempotencyKey?: string;
  /** Links the run with the restore that it applies. */
  restore?: string;
  /** What that was asked for. */
  request?: Record<string, unknown>;
  work: (run: WorkRun) => Promise<WorkResult>;
  /** Called when the run ended before its work began: cancelled, or interrupted, while it waited. */
  dropped?: () => void;
}

interface Active {
  record: RunRecord;
  job: RunJob;
  controller: AbortController;
  progress: WholeProgress | undefined;
  done: Promise<void>;
}

export interface QueueOptions {
  /** Which process this is, for the journal. */
  instance: string;
  journal: Journal;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Writes the full record into the repository. */
  keep: (record: RunRecord) => Promise<void>;
  /** Called at every end. */
  ended: (record: RunRecord) => void;
}

/** At most one run at a time, and one that waits for it. */
export class RunQueue {
  readonly #options: QueueOptions;
  #active: Active | undefined;
  #waiting: Active | undefined;
  #closed: DashkeepError | undefined;
  readonly #restores = new Map<string, string>();

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Which process this is, as the journal calls it. */
  get instance(): string {
    return this.#options.instance;
  }

  get running(): { record: RunRecord; progress: WholeProgress | undefined } | undefined {
    return this.#active;
  }

  get queued(): { record: RunRecord; progress: WholeProgress | undefined } | undefined {
    return this.#waiting;
  }

  get idle(): boolean {
    return this.#active === undefined && this.#waiting === undefined;
  }

  find(id: string): { record: RunRecord; progress: WholeProgress | undefined } | undefined {
    return [this.#active, this.#waiting].find((one) => one?.record.id === id);
  }

  /** What is at work or waits because of the same request. */
  askedWith(idempotencyKey: string): RunRecord | undefined {
    return [this.#active, this.#waiting].find((one) => one?.record.idempotencyKey === idempotencyKey)?.record;
  }

  /** The restore that a run of this process applies. */
  restoreOf(id: string): string | undefined {
    return this.#restores.get(id);
  }

  /**
   * Starts the job, or lets it wait for the one that runs.
   * @param term - ends the run when it is aborted: leadership that was lost
   * @throws DK_BUSY when one of the kind is at work or something waits already
   */
  submit(job: RunJob, term: AbortSignal): RunRecord {
    if (this.#closed !== undefined) {
      throw this.#closed;
    }
    const twin = [this.#active, this.#waiting].find((one) => one?.job.kind === job.kind);
    if (twin !== undefined || this.#waiting !== undefined) {
      throw busyWith((twin ?? this.#waiting)?.record, job.org);
    }
    const { clock, randomness, log } = this.#options;
    const now = clock.now();
    const record: RunRecord = compact({
      id: newTimedId(now, randomness),
      kind: job.kind,
      status: 'queued',
      trigger: job.trigger,
      by: job.by,
      org: job.org,
      idempotencyKey: job.idempotencyKey,
      restore: job.restore,
      request: job.request,
      started: now.toISOString(),
      counts: {},
      errors: [],
    });
    if (job.restore !== undefined) {
      this.#restores.set(record.id, job.restore);
    }
    const controller = new AbortController();
    // Every request of a run listens to it: many at the same time are no leak.
    setMaxListeners(0, controller.signal);
    const before = this.#active?.done ?? Promise.resolve();
    const active: Active = { record, job, controller, progress: undefined, done: Promise.resolve() };
    term.addEventListener('abort', () => controller.abort(term.reason), { signal: controller.signal });
    if (this.#active === undefined) {
      this.#active = active;
    } else {
      this.#waiting = active;
    }
    active.done = before.then(() => this.#execute(active, term));
    log.info({ run: record.id, kind: record.kind, trigger: record.trigger }, 'a run was requested');
    return record;
  }

  /** @throws DK_NOT_FOUND for a run that this process doesn't know, DK_BUSY for one that has ended */
  cancel(id: string): RunRecord {
    const active = [this.#active, this.#waiting].find((one) => one?.record.id === id);
    if (active === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `no run ${id.slice(0, 60)} is in progress here`);
    }
    active.controller.abort(new Cancelled('cancelled'));
    return active.record;
  }

  /**
   * Ends what runs, as interrupted, and takes nothing any more. Resolves when the records are written or time is over.
   */
  async close(within: number): Promise<void> {
    this.#closed = new DashkeepError('DK_INTERRUPTED', 'the service is stopping');
    const { clock } = this.#options;
    const all = [this.#active, this.#waiting].flatMap((one) => (one === undefined ? [] : [one]));
    all.forEach(({ controller }) => controller.abort(this.#closed));
    const timer = new AbortController();
    await Promise.race([
      Promise.all(all.map(({ done }) => done)),
      clock.sleep(within, timer.signal).catch(() => undefined),
    ]);
    timer.abort();
  }

  async #execute(active: Active, term: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    this.#active = active;
    this.#waiting = this.#waiting === active ? undefined : this.#waiting;
    const begun = clock.monotonic();
    const { record, job, controller } = active;
    record.started = clock.now().toISOString();
    record.status = 'running';
    // Shown as running until its record is written: who sees the end may start the next one.
    let end: Partial<RunRecord> = {};
    let facts: RunFacts = {};
    try {
      if (term.aborted) {
        controller.abort(term.reason);
      }
      if (controller.signal.aborted) {
        job.dropped?.();
      }
      controller.signal.throwIfAborted();
      await this.#write(record, false);
      const result = await job.work(
        compact({
          id: record.id,
          trigger: job.snapshotTrigger,
          by: job.by,
          signal: controller.signal,
          onProgress: (progress) => {
            active.progress = progress;
          },
          note: (noted) => {
            facts = { ...facts, ...noted };
          },
          checkpoint: () => this.#checkpoint({ ...record, ...facts }),
        }),
      );
      end = result;
    } catch (error) {
      end = outcomeOf(error, controller.signal);
    } finally {
      controller.abort();
      const finished = clock.now().toISOString();
      const duration = Math.max(0, Math.round(clock.monotonic() - begun));
      await this.#finish({ ...record, ...facts, ...end, finished, duration });
      this.#active = undefined;
    }
  }

  /** What outlives a process that is killed; without it, the run goes on all the same. */
  async #checkpoint(record: RunRecord): Promise<void> {
    const { keep, log } = this.#options;
    await keep(record).catch((error: unknown) => {
      log.warn({ run: record.id, reason: asDashkeepError(error).message }, 'the record of a run could not be written');
    });
  }

  /** Nothing that goes wrong here may take the record of the end away. */
  async #finish(record: RunRecord): Promise<void> {
    const { keep, ended, log } = this.#options;
    const kept = await keep(record).then(
      () => true,
      (error: unknown) => {
        log.warn({ run: record.id, reason: asDashkeepError(error).message }, 'the record stays in the journal for now');
        return false;
      },
    );
    await this.#write(record, kept);
    const facts = { run: record.id, kind: record.kind, status: record.status, trigger: record.trigger };
    log.info({ ...facts, milliseconds: record.duration, snapshot: record.snapshot }, 'a run has ended');
    if (record.failure !== undefined) {
      log.error({ ...facts, code: record.failure.code, reason: record.failure.message }, 'a run has failed');
    }
    ended(record);
  }

  #write(record: RunRecord, kept: boolean): Promise<void> {
    return this.#options.journal.put({ ...record, instance: this.#options.instance, kept });
  }
}

/** Says what is at work; of what another organization restores, only that it is. */
export function busyWith(
  run: Pick<RunRecord, 'id' | 'kind' | 'status' | 'org'> | undefined,
  org: number | undefined,
): DashkeepError {
  const { id, kind = 'run', status = 'running' } = run ?? {};
  const others = kind === 'restore' && run?.org !== undefined && run.org !== org;
  return new DashkeepError('DK_BUSY', `a ${kind} is ${status}${others ? ' for another organization' : ` (${id})`}`);
}

function outcomeOf(error: unknown, signal: AbortSignal): Pick<RunRecord, 'status' | 'failure'> {
  const status: RunStatus = !signal.aborted
    ? 'failed'
    : signal.reason instanceof Cancelled
      ? 'cancelled'
      : 'interrupted';
  return status === 'cancelled' ? { status } : { status, failure: failureText(signal.aborted ? signal.reason : error) };
}
