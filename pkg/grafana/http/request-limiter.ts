import type { Clock } from '../../contract/ports.ts';
import { AdaptiveConcurrency, type Finished } from './adaptive-concurrency.ts';

export type Release = (finished: Omit<Finished, 'generation'>) => void;

/**
 * Lets in as many requests as the pace allows; the others wait in the order in which they came, behind those that much
 * else waits for. While the server wants to be left alone it lets nobody in.
 */
export class RequestLimiter {
  readonly #clock: Clock;
  readonly #pace: AdaptiveConcurrency;
  #running = 0;
  /** Monotonic milliseconds. */
  #closedUntil = Number.NEGATIVE_INFINITY;
  readonly #first = new Set<() => void>();
  readonly #waiting = new Set<() => void>();

  /** @param options.max Concurrent requests that are never exceeded. */
  constructor(options: { max: number; clock: Clock }) {
    this.#pace = new AdaptiveConcurrency(options.max);
    this.#clock = options.clock;
  }

  /** Requests allowed concurrently right now. */
  get size(): number {
    return this.#pace.size;
  }

  /** From now on it is urgent: people who use Grafana meanwhile may be made to wait, within reason. */
  prioritize(): void {
    this.#pace.prioritize();
  }

  /** The server said when to come again: until then each further request would only be refused as well. */
  pause(milliseconds: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#clock.monotonic() + milliseconds);
  }

  /**
   * Waits for a place. The returned function gives it back with what was seen.
   * @param first whether it goes before all others that wait
   * @throws the signal's reason
   */
  async acquire(signal?: AbortSignal, first = false): Promise<Release> {
    const queue = first ? this.#first : this.#waiting;
    for (;;) {
      const closed = this.#closedUntil - this.#clock.monotonic();
      if (closed > 0) {
        await this.#opened(closed, signal);
      } else if (this.#running >= this.#pace.size) {
        await turn(queue, signal);
      } else {
        break;
      }
    }
    this.#running++;
    const { generation } = this.#pace;
    return (finished) => {
      this.#running--;
      this.#pace.learn({ ...finished, generation }, this.#clock.monotonic());
      this.pause(this.#pace.restAfter(finished.milliseconds));
      this.#wakeNext();
    };
  }

  /** @throws the signal's reason */
  async #opened(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#clock.sleep(milliseconds, signal);
    } catch (error) {
      // It may have been woken for a place that another one can have now.
      this.#wakeNext();
      throw error;
    }
  }

  #wakeNext(): void {
    let free = this.#pace.size - this.#running;
    for (const queue of [this.#first, this.#waiting]) {
      for (const wake of queue) {
        if (free-- <= 0) {
          return;
        }
        queue.delete(wake);
        wake();
      }
    }
  }
}

/** Waits in a queue until woken. @throws the signal's reason */
function turn(queue: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = (): void => {
      queue.delete(wake);
      reject(signal?.reason as Error);
    };
    const wake = (): void => {
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    signal?.addEventListener('abort', abort, { once: true });
    queue.add(wake);
  });
}
