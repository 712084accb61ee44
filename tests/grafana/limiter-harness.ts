import type { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import type { Ending } from '../../pkg/grafana/http/adaptive-concurrency.ts';
import type { VirtualServer, VirtualTime } from './virtual-server.ts';

/** A process that is busy so long with each answer, one after the other. */
export class BusyProcess {
  readonly #time: VirtualTime;
  readonly #work: number;
  readonly #queue: (() => void)[] = [];
  #busySince: number | undefined;

  constructor(time: VirtualTime, work: number) {
    this.#time = time;
    this.#work = work;
  }

  /**
   * Waits until there is time for an answer. @returns for how long this process has been busy by then, in milliseconds
   */
  async attend(): Promise<number> {
    if (this.#busySince !== undefined) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#busySince ??= this.#time.monotonic();
    const busy = this.#time.monotonic() - this.#busySince;
    void this.#time.sleep(this.#work).then(() => {
      if (this.#queue.length === 0) {
        this.#busySince = undefined;
      }
      this.#queue.shift()?.();
    });
    return busy;
  }
}

export interface Backup {
  sizes: number[];
  most: number;
  /** Milliseconds that it took. */
  took: number;
}

/** Sends that many requests as fast as the window lets them in. */
export function backup(
  time: VirtualTime,
  window: RequestLimiter,
  count: number,
  one: (index: number) => Promise<{ ending?: Ending; sort?: string; late?: number } | void>,
): Promise<Backup> {
  const result: Backup = { sizes: [], most: 0, took: 0 };
  const started = time.monotonic();
  let running = 0;
  const all = Array.from({ length: count }, async (_, index) => {
    const leave = await window.acquire();
    result.most = Math.max(result.most, ++running);
    const sent = time.monotonic();
    const { ending = 'answered', sort = 'dashboard', late = 0 } = (await one(index)) ?? {};
    running--;
    leave({ ending, sort, milliseconds: time.monotonic() - sent, late });
    result.sizes.push(window.size);
  });
  return Promise.all(all).then(() => ({ ...result, took: time.monotonic() - started }));
}

/** People who use Grafana meanwhile: that many requests a second, evenly, each noting how long it took. */
export function people(time: VirtualTime, server: VirtualServer, perSecond: number, seconds: number): number[] {
  const latencies: number[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    void time.sleep((index * 1000) / perSecond).then(async () => {
      const started = time.monotonic();
      await server.request(5);
      latencies.push(time.monotonic() - started);
    });
  }
  return latencies;
}

export function p95(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
