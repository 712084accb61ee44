import type { Clock } from '../contract/ports.ts';

/**
 * How many requests may be under way at once. Grows by one per round of good answers, halves when the server shows
 * pain (429, 5xx, no answer, or answers several times slower than it can), so that people who use Grafana meanwhile
 * hardly notice a backup.
 */
export class RequestWindow {
  readonly #max: number;
  readonly #clock: Clock;
  #size: number;
  #running = 0;
  #waiting: (() => void)[] = [];
  /** Fastest smoothed latency seen, in milliseconds: what the server can do when it is not loaded. */
  #best = Number.POSITIVE_INFINITY;
  #smoothed = 0;
  #goodInRow = 0;
  #lastCut = Number.NEGATIVE_INFINITY;

  constructor(options: { max: number; clock: Clock }) {
    this.#max = Math.max(1, options.max);
    this.#size = this.#max;
    this.#clock = options.clock;
  }

  /** Requests allowed at once right now. */
  get size(): number {
    return this.#size;
  }

  /** Waits for a place. The returned function gives it back with what was seen. */
  async enter(signal?: AbortSignal): Promise<(outcome: { pain: boolean; milliseconds: number }) => void> {
    while (this.#running >= this.#size) {
      await new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          this.#waiting = this.#waiting.filter((waiter) => waiter !== wake);
          reject(signal?.reason as Error);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        signal?.throwIfAborted();
        signal?.addEventListener('abort', abort, { once: true });
        this.#waiting.push(wake);
      });
    }
    this.#running++;
    return ({ pain, milliseconds }) => {
      this.#running--;
      this.#learn(pain, milliseconds);
      this.#wakeNext();
    };
  }

  #learn(pain: boolean, milliseconds: number): void {
    if (!pain) {
      this.#smoothed = this.#smoothed === 0 ? milliseconds : this.#smoothed * 0.9 + milliseconds * 0.1;
      this.#best = Math.min(this.#best, this.#smoothed);
    }
    const slow = this.#smoothed > SLOW_FACTOR * this.#best + SLOW_FLOOR_MS;
    if (pain || slow) {
      this.#goodInRow = 0;
      // One cut per pain, not one per request that was already under way when it began.
      if (this.#clock.monotonic() - this.#lastCut > Math.max(CUT_PAUSE_MS, this.#smoothed)) {
        this.#size = Math.max(1, Math.floor(this.#size / 2));
        this.#lastCut = this.#clock.monotonic();
      }
      return;
    }
    this.#goodInRow++;
    if (this.#goodInRow >= this.#size && this.#size < this.#max) {
      this.#size++;
      this.#goodInRow = 0;
      this.#wakeNext();
    }
  }

  #wakeNext(): void {
    const free = this.#size - this.#running;
    for (const wake of this.#waiting.splice(0, Math.max(0, free))) {
      wake();
    }
  }
}

/** Answers this many times slower than the best, and by at least SLOW_FLOOR_MS, mean that the server is loaded. */
const SLOW_FACTOR = 3;
const SLOW_FLOOR_MS = 100;
const CUT_PAUSE_MS = 200;
