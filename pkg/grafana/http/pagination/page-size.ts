import type { Clock } from '../../../contract/ports.ts';

/**
 * A page that takes less may hold more objects; one that takes longer holds fewer: people who use Grafana wait behind
 * it.
 */
const GENTLE_MS = { fast: 150, slow: 300 };

/** Objects of a page. Bodies of some 30 KB: fifty are a megabyte or two, and the next page is on its way meanwhile. */
const SIZES = { first: 50, least: 10, most: 50 };
const GROWTH = 1.25;

/** No page is smaller than this part of the one before: one slow page may have been a pause of the server's. */
const SHRINKING = 0.5;

/**
 * Objects that take this many times as long as at best wait for others: somebody uses Grafana. At 1.3 every fourth page
 * of a Grafana that nobody used was taken for that, because it collected garbage meanwhile, at 2 one of sixty.
 */
const BUSY = 2;

/** The best is forgotten little by little: later objects may be larger. */
const FORGETTING = 1.05;

/** Part of a page's time for which a busy server is left alone after it. */
const REST = 1;
const LONGEST_REST_MS = 400;

/**
 * How many objects a page of a list holds, and how long the server is left alone before the next: a page of large
 * bodies keeps a processor of Grafana's busy, and what people ask for meanwhile waits for it.
 */
export class PageSize {
  readonly #clock: Clock;
  #limit = SIZES.first;
  #best: number | undefined;
  #restUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Objects to ask for. */
  get limit(): number {
    return this.#limit;
  }

  /** A page of more objects than that took too much memory. */
  shrink(limit: number): void {
    this.#limit = Math.min(this.#limit, limit);
  }

  /** Takes how long the server took for a page, in milliseconds. */
  learn(objects: number, milliseconds: number): void {
    if (objects === 0) {
      return;
    }
    const each = milliseconds / objects;
    const best = Math.min(each, this.#best ?? each);
    this.#best = best * FORGETTING;
    if (milliseconds > GENTLE_MS.slow) {
      const fitting = Math.floor(objects * Math.max(SHRINKING, GENTLE_MS.slow / milliseconds));
      this.#limit = Math.min(this.#limit, Math.max(SIZES.least, fitting));
    } else if (milliseconds < GENTLE_MS.fast && objects >= this.#limit) {
      this.#limit = Math.min(SIZES.most, Math.ceil(this.#limit * GROWTH));
    }
    const pause = each > best * BUSY ? Math.min(LONGEST_REST_MS, milliseconds * REST) : 0;
    this.#restUntil = this.#clock.monotonic() + pause;
  }

  /** Resolves when the next page may be asked for. @throws the signal's reason */
  async rest(signal: AbortSignal | undefined): Promise<void> {
    const left = this.#restUntil - this.#clock.monotonic();
    if (left > 0) {
      await this.#clock.sleep(left, signal);
    }
  }
}

/** The same for a list whose pages keep no server busy: as many as it may have, unless they take too much memory. */
export class FullPages {
  readonly #most: number;
  #limit: number;

  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  get limit(): number {
    return this.#limit;
  }

  learn(objects: number): void {
    if (objects >= this.#limit) {
      this.#limit = Math.min(this.#most, Math.ceil(this.#limit * GROWTH));
    }
  }

  shrink(limit: number): void {
    this.#limit = Math.min(this.#limit, limit);
  }

  rest(): undefined {
    return undefined;
  }
}
