import { reasonOf } from '../../../contract/errors.ts';
import type { Clock, Log } from '../../../contract/ports.ts';
import type { Caller } from '../../organizations/caller.ts';
import { withTimeLimit } from '../../../lib/time-limit.ts';

const FRESH_MS = 5 * 60_000;
/** A list of versions does not wait longer for the names in it. */
const WAIT_MS = 3_000;
/** A Grafana that was slower is not asked again for that long. */
const SLOW_MS = 60_000;

interface Read<T> {
  at: number;
  value: Promise<T | undefined>;
  /** Once read; undefined if that failed. */
  ended?: { value: T | undefined };
  /** Whether someone has waited for it in vain. */
  isLate?: boolean;
}

/** What was read of each organization, for a while. No one waits long for it, or twice if it is slow. */
export class Kept<T> {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  readonly #isWhole: (value: T) => boolean;
  readonly #reads = new Map<number, Read<T>>();

  /** @param isWhole - whether a part of what was read did not fail: otherwise it is read again for the next who ask */
  constructor(clock: Clock, log: Log, signal: AbortSignal, isWhole: (value: T) => boolean = () => true) {
    this.#clock = clock;
    this.#log = log;
    this.#signal = signal;
    this.#isWhole = isWhole;
  }

  /**
   * @param since - milliseconds; what was read before is read again
   * @returns undefined if it can't be read, or not soon: the read goes on, for those who ask later
   */
  async get({ org }: Pick<Caller, 'org'>, since: number, read: () => Promise<T>): Promise<T | undefined> {
    const now = this.#clock.now().getTime();
    let kept = this.#reads.get(org);
    if (kept?.isLate === true && (kept.ended === undefined || now - kept.at < SLOW_MS)) {
      return kept.at >= since ? kept.ended?.value : undefined;
    }
    const hasFailed = kept?.ended !== undefined && (kept.ended.value === undefined || !this.#isWhole(kept.ended.value));
    if (kept === undefined || hasFailed || kept.at < since || now - kept.at >= FRESH_MS) {
      kept = this.#start(now, read);
      this.#reads.set(org, kept);
    }
    const { value } = kept;
    const found = await withTimeLimit(this.#clock, WAIT_MS, this.#signal, (over) => Promise.race([value, over]));
    kept.isLate ||= kept.ended === undefined;
    return found;
  }

  #start(at: number, read: () => Promise<T>): Read<T> {
    const value = read().catch((error: unknown) => {
      this.#log.debug({ reason: reasonOf(error) }, 'accounts are not known');
      return undefined;
    });
    const started: Read<T> = { at, value };
    void value.then((found) => {
      started.ended = { value: found };
    });
    return started;
  }
}
