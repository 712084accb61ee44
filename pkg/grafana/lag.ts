import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks. */
const EVERY_MS = 4;
/** A timer of Node's comes that much late by itself, since it counts in whole milliseconds. */
const OF_THE_TIMER_MS = 1;
/** Fewer looks tell nothing. */
const LEAST_LOOKS = 4;

/** How long what arrives lies there until this process has time for it. It looks only while it is started. */
export class Lag {
  readonly #histogram = monitorEventLoopDelay({ resolution: EVERY_MS });
  #last = 0;

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  /** Mean since it was last taken, in milliseconds. */
  take(): number {
    const { count, mean, stddev } = this.#histogram;
    if (count >= LEAST_LOOKS) {
      this.#histogram.reset();
      // Most of what arrives at any time arrives in the long stretches, and in the middle of them.
      const lengthMet = (mean ** 2 + stddev ** 2) / mean / 1e6;
      this.#last = Math.max(0, lengthMet - EVERY_MS - OF_THE_TIMER_MS) / 2;
    }
    return this.#last;
  }
}
