import type { Clock } from '../contract/ports.ts';
import { Lag } from './lag.ts';
import { Pace, type Finished } from './pace.ts';

export type Leave = (finished: Omit<Finished, 'milliseconds' | 'generation'>) => void;

/** Lets in as many requests as the pace allows; the others wait in the order in which they came. */
export class RequestWindow {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #lag: Pick<Lag, 'start' | 'stop'>;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * @param options.max Requests at once that are never exceeded.
   * @param options.lag How long answers lie there until this process has time for them.
   */
  constructor(options: { max: number; clock: Clock; lag?: Pick<Lag, 'start' | 'stop' | 'take'> }) {
    const lag = options.lag ?? new Lag();
    this.#lag = lag;
    this.#pace = new Pace(options.max, () => lag.take());
    this.#clock = options.clock;
  }

  /** Requests allowed at once right now. */
  get size(): number {
    return this.#pace.size;
  }

  /** From now on it is urgent: people who use Grafana meanwhile may be made to wait, within reason. */
  hurry(): void {
    this.#pace.hurry();
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
    if (this.#running++ === 0) {
      this.#lag.start();
    }
    const { generation } = this.#pace;
    const started = this.#clock.monotonic();
    return (finished) => {
      const now = this.#clock.monotonic();
      if (--this.#running === 0) {
        this.#lag.stop();
      }
      this.#pace.learn({ ...finished, milliseconds: now - started, generation }, now);
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
