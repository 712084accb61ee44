import { performance } from 'node:perf_hooks';
import type { Clock } from '../contract/ports.ts';
import { Pace, type Finished } from './pace.ts';

export type Leave = (finished: Omit<Finished, 'milliseconds' | 'busy' | 'generation'>) => void;

/** Lets in as many requests as the pace allows; the others wait in the order in which they came. */
export class RequestWindow {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #busy: () => number;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * @param options.max Requests at once that are never exceeded.
   * @param options.busy Milliseconds in which this process was busy so far.
   */
  constructor(options: { max: number; clock: Clock; busy?: () => number }) {
    this.#pace = new Pace(options.max);
    this.#clock = options.clock;
    this.#busy = options.busy ?? (() => performance.eventLoopUtilization().active);
  }

  /** Requests allowed at once right now. */
  get size(): number {
    return this.#pace.size;
  }

  /**
   * Waits for a place. The returned function gives it back with what was seen.
   * @throws the signal's reason
   */
  async enter(signal?: AbortSignal): Promise<Leave> {
    while (this.#running >= this.#pace.size) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          this.#waiting.delete(wake);
          reject(signal?.reason as Error);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        signal?.addEventListener('abort', abort, { once: true });
        this.#waiting.add(wake);
      });
    }
    this.#running++;
    const { generation } = this.#pace;
    const started = this.#clock.monotonic();
    const busyBefore = this.#busy();
    return (finished) => {
      const now = this.#clock.monotonic();
      this.#running--;
      const busy = this.#busy() - busyBefore;
      this.#pace.learn({ ...finished, milliseconds: now - started, busy, generation }, now);
      this.#wakeNext();
    };
  }

  #wakeNext(): void {
    let free = this.#pace.size - this.#running;
    for (const wake of this.#waiting) {
      if (free-- <= 0) {
        return;
      }
      this.#waiting.delete(wake);
      wake();
    }
  }
}
