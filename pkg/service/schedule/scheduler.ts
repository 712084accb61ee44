import { SCHEDULED_JOBS, type ScheduledJob, type SettingsValues } from '../../contract/api/settings.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

export interface SchedulerOptions {
  clock: Clock;
  randomness: Randomness;
  log: Log;
  settings: () => SettingsValues;
  /** Whether this replica schedules at all now, and whether it can: there is a target, and the token was checked. */
  ready: () => boolean;
  /** When the newest run of a job began that counts as one, however it ended; undefined when there was none. */
  lastStart: (job: ScheduledJob) => Date | undefined;
  /** Whether a backup that failed is due now instead of at its next time, because its obstacle is gone. */
  backupDue: () => boolean;
  /** Starts a run. @throws DK_BUSY while something else runs: tried again at the next turn. */
  start: (job: ScheduledJob) => void;
  /** Called at every turn, for whatever else depends on time. */
  tick: () => void;
}

/** How often it looks at the clock. Coarse on purpose: cron knows minutes. */
const TURN_MS = 1_000;

interface Due {
  expression: string;
  /** When it was planned: by a clock that is set back before that, it may be far away. */
  planned: Date;
  at: Date;
}

/**
 * Starts jobs at their times. It looks at the clock instead of setting timers, so a machine that slept, a clock that
 * was set and settings that changed need no special care. A time that passed while nobody looked is caught up once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #due = new Map<ScheduledJob, Due>();
  /** What was missed and could not be caught up yet because something else runs. */
  readonly #owed = new Set<ScheduledJob>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #wasReady = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        this.turn();
      } catch (error) {
        log.error({ reason: asDashkeepError(error).message }, 'the scheduler continues after an error');
      }
      await clock.sleep(TURN_MS, this.#stopping.signal).catch(() => undefined);
    }
  }

  /** One look at the clock. */
  turn(): void {
    this.#options.tick();
    const ready = this.#options.ready();
    if (!ready) {
      this.#wasReady = false;
      return;
    }
    const { schedule } = this.#options.settings();
    const begins = !this.#wasReady;
    this.#wasReady = true;
    for (const job of SCHEDULED_JOBS) {
      this.#turn(job, schedule, begins);
    }
  }

  #turn(job: ScheduledJob, settings: SettingsValues['schedule'], begins: boolean): void {
    const { clock, log } = this.#options;
    const expression = `${settings[job]} ${settings.timezone}`;
    if (settings[job] === '') {
      this.#due.delete(job);
      this.#owed.delete(job);
      return;
    }
    const schedule = parseSchedule(settings[job], settings.timezone);
    const now = clock.now();
    const owed = this.#owed.has(job);
    const repeated = job === 'backup' && this.#options.backupDue();
    if (repeated || ((begins || owed) && this.#missed(job, schedule, now))) {
      if (!owed) {
        const isFirst = this.#options.lastStart(job) === undefined;
        const why = repeated ? 'a backup that failed is repeated now' : 'a scheduled run was missed and starts now';
        log.info({ job }, isFirst ? 'the first backup starts now' : why);
      }
      if (!this.#begin(job)) {
        // It covers every time that passes until it can begin.
        this.#owed.add(job);
        return;
      }
      this.#due.delete(job);
    }
    this.#owed.delete(job);
    const due = this.#due.get(job);
    if (due === undefined || due.expression !== expression || now < due.planned) {
      this.#plan(job, schedule, expression, now, settings.jitterSeconds);
    } else if (now >= due.at && this.#begin(job)) {
      this.#plan(job, schedule, expression, now, settings.jitterSeconds);
    }
  }

  /** Without any backup yet, the first one is due immediately: anyone who installs this wants to be safe now. */
  #missed(job: ScheduledJob, schedule: Schedule, now: Date): boolean {
    const last = this.#options.lastStart(job);
    if (last === undefined) {
      return job === 'backup';
    }
    const next = schedule.after(last);
    return next !== undefined && next <= now;
  }

  #plan(job: ScheduledJob, schedule: Schedule, expression: string, now: Date, jitterSeconds: number): void {
    const nominal = schedule.after(now);
    if (nominal === undefined) {
      this.#due.delete(job);
      return;
    }
    const jitter = this.#options.randomness.fraction() * jitterSeconds * 1000;
    this.#due.set(job, { expression, planned: now, at: new Date(nominal.getTime() + jitter) });
  }

  #begin(job: ScheduledJob): boolean {
    try {
      this.#options.start(job);
      return true;
    } catch (error) {
      const { code, message } = asDashkeepError(error);
      this.#options.log.debug({ job, code, reason: message }, 'a scheduled run has to wait');
      // Whatever isn't "busy" would fail again in a second: leave it to the next scheduled time.
      return code !== 'DK_BUSY';
    }
  }
}
