import { setMaxListeners } from 'node:events';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { SnapshotTrigger } from '../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { RunKind, RunRecord, WholeProgress } from '../../contract/runs.ts';
import { Cancelled, executeRun, type Run, type RunOutcome } from '../../operations/run.ts';
import { idAfter, newTimedId } from '../../repository/layout.ts';
import type { Journal } from './journal.ts';
import { TimeLeft, type Course } from './time-left.ts';

export interface RunJob {
  kind: RunKind;
  /** manual, scheduled, … as the record says it. */
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
  /** The run that it undoes. */
  undoes?: string;
  /** The connection to the other Grafana that it writes to. */
  connection?: string;
  /** What that was asked for. */
  request?: Record<string, unknown>;
  /** How many resources it restores. */
  planned?: number;
  /** The run that it follows by its ID, whatever clock dated that. */
  after?: string;
  work: (run: Run) => Promise<RunOutcome>;
  /** Whether another run interrupts it. It is started again later, and continues. */
  makesWay?: boolean;
  /** Called when the run ended before its work began: cancelled, or interrupted, while it waited. */
  dropped?: () => void;
}

interface Active {
  record: RunRecord;
  job: RunJob;
  controller: AbortController;
  progress: WholeProgress | undefined;
  /** Set once it runs. */
  timeLeft?: TimeLeft;
  done: Promise<void>;
}

/** A run and how far it is. */
type Seen = Pick<Active, 'record' | 'progress'>;

export interface QueueOptions {
  /** Which process this is, for the journal. */
  instance: string;
  journal: Journal;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Writes the full record into the repository. */
  keep: (record: RunRecord) => Promise<void>;
  /** Called at every end. @param isNews - whether no other process has reported it as interrupted */
  ended: (record: RunRecord, isNews: boolean) => void;
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

  get running(): Seen | undefined {
    return seen(this.#active);
  }

  get queued(): Seen | undefined {
    return seen(this.#waiting);
  }

  get idle(): boolean {
    return this.#active === undefined && this.#waiting === undefined;
  }

  find(id: string): Seen | undefined {
    return seen([this.#active, this.#waiting].find((one) => one?.record.id === id));
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
      id: idAfter(job.after, newTimedId(now, randomness), randomness),
      kind: job.kind,
      status: 'queued',
      trigger: job.trigger,
      by: job.by,
      org: job.org,
      idempotencyKey: job.idempotencyKey,
      restore: job.restore,
      undoes: job.undoes,
      connection: job.connection,
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
      // If this process dies meanwhile, the next one says that the run was lost.
      void this.#write({ ...record }, false);
      if (this.#active.job.makesWay === true) {
        this.#active.controller.abort(refusal('DK_INTERRUPTED', reason('copy-made-way')));
      }
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
    const { clock, log, keep, ended } = this.#options;
    this.#active = active;
    this.#waiting = this.#waiting === active ? undefined : this.#waiting;
    const { record: begun, job, controller } = active;
    const { signal } = controller;
    begun.started = clock.now().toISOString();
    begun.status = 'running';
    const timeLeft = (active.timeLeft = this.#timeLeft(active));
    const onProgress = (progress: WholeProgress): void => {
      active.progress = progress;
      timeLeft.note(progress);
    };
    const { snapshotTrigger } = job;
    const { record, unkept } = await executeRun(
      begun,
      { clock, log, signal, onProgress, snapshotTrigger, keep },
      async (run) => {
        if (term.aborted) {
          controller.abort(term.reason);
        }
        if (signal.aborted) {
          job.dropped?.();
        }
        signal.throwIfAborted();
        await this.#write(begun, false);
        return job.work(run);
      },
    );
    controller.abort();
    // Shown as running until its record is written: who sees the end may start the next one.
    const hasEnded = record.status === 'complete' || record.status === 'partial';
    const isNews = await this.#write(record, unkept === undefined, hasEnded ? timeLeft.course : undefined);
    const facts = { run: record.id, kind: record.kind, status: record.status, trigger: record.trigger };
    log.info({ ...facts, milliseconds: record.duration, snapshot: record.snapshot }, 'a run has ended');
    if (record.failure !== undefined) {
      log.error({ ...facts, code: record.failure.code, reason: record.failure.message }, 'a run has failed');
    }
    ended(record, isNews);
    this.#active = undefined;
  }

  /** By the last runs of its kind. An undo mostly deletes, which takes another time than to restore as much. */
  #timeLeft({ record: { kind, connection, undoes }, job: { planned } }: Active): TimeLeft {
    const { clock, journal } = this.#options;
    const isAlike = (one: RunRecord): boolean =>
      one.kind === kind && one.connection === connection && (one.undoes === undefined) === (undoes === undefined);
    const past = journal.entries.flatMap((one) => (one.phases !== undefined && isAlike(one) ? [one.phases] : []));
    return new TimeLeft(clock, past, planned === undefined ? {} : { restoring: planned });
  }

  #write(record: RunRecord, kept: boolean, phases?: Course): Promise<boolean> {
    const { journal, instance } = this.#options;
    const unreported = record.finished === undefined ? undefined : (true as const);
    return journal.put(compact({ ...record, instance, kept, unreported, phases }));
  }
}

function seen(active: Active | undefined): Seen | undefined {
  return (
    active && {
      record: active.record,
      progress: active.progress && { ...active.progress, ...compact({ endsWithin: active.timeLeft?.seconds }) },
    }
  );
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
