import { reasonOf } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { isTimedId } from '../../repository/layout.ts';
import type { StateStore } from '../../lib/state.ts';
import type { StatusCache } from './status-cache.ts';
import { lateNotice, noBackupNotice } from '../notifications/notices.ts';
import type { Notifier } from '../notifications/notifier.ts';
import type { History } from '../repository/history.ts';
import type { SettingsStore } from '../settings/store.ts';
import { lateAfterSeconds } from '../../contract/runs.ts';
import { schedulesOf } from './status.ts';

const ENTRY = 'late.json';
/** Reported in place of the newest backup where none is known; before every ID. */
const NONE = '';
/** The most that the first backup may take. */
const FIRST_SECONDS = 24 * 3600;

export interface OverdueParts {
  state: StateStore;
  settings: SettingsStore;
  statusCache: StatusCache;
  history: History;
  notifier: Notifier;
  clock: Clock;
  log: Log;
}

/**
 * Reports when the newest backup is too old, or none was made for long. That it was reported is kept in the state, so
 * that it is reported once each time that this happens, whichever replica leads and however often they are started
 * again.
 */
export class Overdue {
  readonly #parts: OverdueParts;
  /**
   * The ID of the newest backup when it was reported, or NONE; undefined = not reported. Not its time: of one and the
   * same backup the journal knows when the run began, and the repository when the reading did, which is later.
   */
  #reported: string | undefined;
  readonly #started: number;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: OverdueParts) {
    this.#parts = parts;
    this.#started = parts.clock.monotonic();
  }

  /** What others may have reported: at the begin of each term. */
  async load(): Promise<void> {
    try {
      const text = (await this.#parts.state.get(ENTRY))?.toString('utf8');
      const reported = text === undefined ? undefined : (JSON.parse(text) as { newest: string }).newest;
      this.#reported = reported === NONE || (reported !== undefined && isTimedId(reported)) ? reported : undefined;
    } catch (error) {
      this.#parts.log.warn(
        { reason: reasonOf(error) },
        'it is unknown whether an overdue backup has already been reported',
      );
    }
  }

  /** To be called often, by anyone who leads. */
  watch(): void {
    const { settings, clock, log, notifier } = this.#parts;
    const { values } = settings.view();
    const now = clock.now();
    const interval = schedulesOf(values, now)[0]?.intervalSeconds;
    const newest = this.#newestBackup();
    if (interval === undefined || values.target.url === '') {
      return;
    }
    if (newest === undefined) {
      // The first one is due when the service starts, whatever the schedule.
      const waited = (clock.monotonic() - this.#started) / 1000;
      if (waited > Math.min(lateAfterSeconds(interval), FIRST_SECONDS) && this.#reported === undefined) {
        this.#report(NONE);
        log.warn({}, 'there is still no backup');
        notifier.notify(noBackupNotice(interval));
      }
      return;
    }
    const age = (now.getTime() - newest.time) / 1000;
    const reported = this.#reported !== undefined && newest.id <= this.#reported;
    if (age > lateAfterSeconds(interval) && !reported) {
      this.#report(newest.id);
      log.warn({ newest: newest.id, hours: Math.round(age / 3600) }, 'backups are overdue');
      notifier.notify(lateNotice(newest.id, age, interval));
    }
  }

  #report(newest: string): void {
    this.#reported = newest;
    this.#write(({ state }) => state.set(ENTRY, Buffer.from(JSON.stringify({ newest }))));
  }

  /** There is a new backup. @returns whether it had been reported that there is none */
  end(): boolean {
    const reported = this.#reported !== undefined;
    this.#reported = undefined;
    if (reported) {
      this.#write(({ state }) => state.delete(ENTRY));
    }
    return reported;
  }

  /** Resolves when all reports are recorded. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** One after the other, so that the newest state is the one that stays. */
  #write(write: (parts: OverdueParts) => Promise<void>): void {
    this.#writing = this.#writing
      .then(() => write(this.#parts))
      .catch((error: unknown) => {
        this.#parts.log.warn({ reason: reasonOf(error) }, 'the report of an overdue backup cannot be stored');
      });
  }

  /** As the repository shows it, or the journal, which knows it a moment earlier. */
  #newestBackup(): { id: string; time: number } | undefined {
    const { statusCache, history } = this.#parts;
    const stored = statusCache.repository?.newest;
    const run = history.last(({ kind, status }) => kind === 'backup' && ['complete', 'partial'].includes(status));
    const known = [
      ...(stored === undefined ? [] : [{ id: stored.id, time: Date.parse(stored.time) }]),
      ...(run === undefined ? [] : [{ id: run.snapshot ?? run.id, time: Date.parse(run.started) }]),
    ];
    // Ids sort by time.
    return known.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0))[0];
  }
}
