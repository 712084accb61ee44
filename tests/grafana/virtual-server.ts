import type { Clock } from '../../pkg/contract/ports.ts';

/** Time that passes only when everything else waits for it. */
export class VirtualTime implements Clock {
  #now = 0;
  readonly #events: { at: number; run: () => void }[] = [];

  now(): Date {
    return new Date(this.#now);
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#at(this.#now + milliseconds, resolve));
  }

  /** Lets time pass until nothing is planned any more, or until then. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      // What the last event set going has to come to its next wait first.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#events[0];
      if (next === undefined || next.at > until) {
        return;
      }
      this.#events.shift();
      this.#now = next.at;
      next.run();
    }
  }

  #at(at: number, run: () => void): void {
    let index = this.#events.length;
    while (index > 0 && (this.#events[index - 1]?.at ?? 0) > at) {
      index--;
    }
    this.#events.splice(index, 0, { at, run });
  }
}

/** A server with that many workers, each busy for some time with a request; the others queue. */
export class VirtualServer {
  readonly #time: VirtualTime;
  readonly #workers: number;
  readonly #line: number;
  #busy = 0;
  readonly #queue: (() => void)[] = [];

  constructor(time: VirtualTime, options: { workers: number; line: number }) {
    this.#time = time;
    this.#workers = options.workers;
    this.#line = options.line;
  }

  /** @param work milliseconds of a worker's time */
  async request(work: number): Promise<void> {
    await this.#time.sleep(this.#line);
    if (this.#busy >= this.#workers) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#busy++;
    await this.#time.sleep(work);
    this.#busy--;
    this.#queue.shift()?.();
  }
}
