import { DashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { ObjectLock } from '../object-lock.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

/** Until when an object is held. `Unlocked` can be shortened with a special permission, `Locked` by no one. */
export interface Retention {
  mode: 'Unlocked' | 'Locked';
  until: Date;
}

/** How a service reads and sets the retention of an object. */
export interface Retaining {
  /** Undefined if the object has no retention. @throws DK_STORE_NOT_FOUND */
  read(key: string, signal: AbortSignal | undefined): Promise<Retention | undefined>;
  /** @param held - its current retention */
  set(key: string, to: Retention, held: Retention | undefined, signal: AbortSignal | undefined): Promise<void>;
}

/** Object lock in a service other than S3, if the settings ask for it. */
export class CloudLock {
  readonly days: number | undefined;
  readonly #mode: Retention['mode'];
  readonly #clock: Pick<Clock, 'now'>;
  #isConfirmed = false;

  constructor(lock: ObjectLock | undefined, clock: Pick<Clock, 'now'>) {
    this.days = lock?.days;
    this.#mode = lock?.mode === 'COMPLIANCE' ? 'Locked' : 'Unlocked';
    this.#clock = clock;
  }

  /** For an object that is written now. */
  get now(): Retention | undefined {
    const milliseconds = (this.days ?? 0) * 86_400_000;
    return milliseconds === 0
      ? undefined
      : { mode: this.#mode, until: new Date(this.#clock.now().getTime() + milliseconds) };
  }

  /** As `StoreLock.hold`. Both services let an unlocked retention be shortened, which a renewal never does. */
  async hold(retaining: Retaining, key: string, until: Date, signal: AbortSignal | undefined): Promise<void> {
    const held = await retaining.read(key, signal);
    if (held !== undefined && held.until > until) {
      throw new DashkeepError('DK_STORE_LOCKED', `${key} is held until ${held.until.toISOString()}`);
    }
    await retaining.set(key, { mode: held?.mode === 'Locked' ? 'Locked' : this.#mode, until }, held, signal);
  }

  /**
   * Reads back the retention, once: a service ignores a header or member that it does not know. Credentials that may
   * not read it skip this check.
   * @throws DK_SETTINGS if the service did not set it
   */
  async confirm(
    retaining: Retaining,
    key: string,
    asked: Retention,
    where: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#isConfirmed) {
      return;
    }
    const held = await retaining.read(key, signal).catch(valueIf(hasCode('DK_STORE_DENIED'), asked));
    // Services keep whole seconds.
    const isHeld = held !== undefined && held.until.getTime() > asked.until.getTime() - 1_000;
    if (!isHeld || (asked.mode === 'Locked' && held.mode !== 'Locked')) {
      throw new DashkeepError('DK_SETTINGS', `${where} stored ${key} without object lock`, {
        advice: reason('lock-ignored'),
      });
    }
    this.#isConfirmed = true;
  }
}
