import type { NotificationEvent } from '../../contract/api/settings.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Notice, Owner } from './notices.ts';

/** A way to reach people. */
export interface Channel {
  name: 'webhook' | 'email';
  /** Where it leads now; undefined while it is not set. @throws DK_SETTINGS when a secret of it can't be read */
  receiver: () => Promise<Receiver | undefined>;
}

export interface Receiver {
  owner: Owner;
  events: readonly NotificationEvent[];
  /** @returns the status of the answer. @throws Undelivered, DK_NOT_ALLOWED */
  send: (notice: Notice, signal: AbortSignal) => Promise<number>;
}

/** Why a receiver did not accept a notice. Responses of receivers are never quoted. */
export class Undelivered extends DashkeepError {
  /** Of the answer, if there was one. */
  readonly httpStatus: number | undefined;
  /** Whether trying again can't help. */
  readonly final: boolean;

  constructor(
    why: KnownReason,
    { status, final = false, cause }: { status?: number; final?: boolean; cause?: unknown },
  ) {
    super('DK_NOTIFICATION', sentenceOf(why), { why, cause });
    this.httpStatus = status;
    this.final = final;
  }
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 2_000;
const WAITING_MOST = 50;
/** How long the service waits for receivers when it stops. */
const STOP_WITHIN_MS = 3_000;

/** Delivers notices through one channel, in their order and in the background. */
export class Delivery {
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #log: Log;
  /** No notice gets another attempt. */
  readonly #ending = new AbortController();
  /** Requests end. */
  readonly #stopping = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  failures = 0;
  /** Why the last notice could not be delivered. */
  problem: DashkeepError | undefined;

  constructor(channel: Channel, ports: { clock: Clock; log: Log }) {
    this.#channel = channel;
    this.#clock = ports.clock;
    this.#log = ports.log;
  }

  /** Queues a notice. @returns once that is known, whether nothing is left to do: false when the service stops */
  notify(notice: Notice): Promise<boolean> {
    if (this.#waiting >= WAITING_MOST) {
      this.#log.warn(
        { event: notice.event, by: this.#channel.name },
        'a notification was dropped: too many are waiting',
      );
      return Promise.resolve(true);
    }
    this.#waiting++;
    const delivered = this.#last.then(() => this.#deliver(notice)).finally(() => this.#waiting--);
    this.#last = delivered;
    return delivered;
  }

  /** Gives each waiting notice one attempt. */
  async stop(): Promise<void> {
    this.#ending.abort();
    const delivered = new AbortController();
    await Promise.race([
      this.#last.finally(() => delivered.abort()),
      this.#clock.sleep(STOP_WITHIN_MS, delivered.signal).catch(() => undefined),
    ]);
    this.#stopping.abort();
    await this.#last;
  }

  #isOver(attempt: number): boolean {
    return this.#stopping.signal.aborted || (attempt > 1 && this.#ending.signal.aborted);
  }

  async #deliver(notice: Notice): Promise<boolean> {
    const { event, audience } = notice;
    for (let attempt = 1; attempt <= ATTEMPTS && !this.#isOver(attempt); attempt++) {
      try {
        const receiver = await this.#channel.receiver();
        const isFor = audience === undefined || audience === receiver?.owner;
        if (receiver !== undefined && isFor && (event === 'test' || receiver.events.includes(event))) {
          await receiver.send(notice, this.#stopping.signal);
          this.problem = undefined;
        }
        return true;
      } catch (error) {
        const problem = asDashkeepError(error);
        const { code, message, hint } = problem;
        const final =
          attempt === ATTEMPTS || code === 'DK_NOT_ALLOWED' || (error instanceof Undelivered && error.final);
        const facts = { event, by: this.#channel.name, attempt, reason: message, advice: hint, final };
        this.#log.warn(facts, 'not notified');
        if (final) {
          this.failures++;
          this.problem = problem;
          return true;
        }
        await this.#clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), this.#ending.signal).catch(() => undefined);
      }
    }
    return false;
  }
}
