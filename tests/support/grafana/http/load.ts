/** How fast the simulated server is. All times in milliseconds. */
export interface Load {
  /** Added to every request, however many there are (the way there and back). */
  latencyMs?: number;
  /** How many requests are worked on concurrently; the others queue. Unlimited when absent. */
  workers?: number;
  /** How long a request occupies its worker. */
  serviceMs?: number;
  /** How much longer for each MiB of its answer. */
  serviceMsPerMiB?: number;
  /** Requests per second above which the answer is 429. */
  rateLimit?: number;
}

/** Queues requests for a limited number of workers, so that overload shows as latency. */
export class Workers {
  load: Load = {};
  #busy = 0;
  readonly #queue: (() => void)[] = [];
  #tokens = 0;
  #refilled = 0;

  /** Whether no request has to wait. */
  get areFree(): boolean {
    const { latencyMs, workers, serviceMs, serviceMsPerMiB, rateLimit } = this.load;
    return [latencyMs, workers, serviceMs, serviceMsPerMiB, rateLimit].every((value) => value === undefined);
  }

  /** Seconds to wait before trying again, or undefined when the request is let in. */
  refuse(now: number): number | undefined {
    const rate = this.load.rateLimit;
    if (rate === undefined) {
      return undefined;
    }
    this.#tokens = Math.min(rate, this.#tokens + ((now - this.#refilled) / 1000) * rate);
    this.#refilled = now;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return undefined;
    }
    return 1;
  }

  /** Waits for a worker and for the service time; the returned function gives the worker back. */
  async enter(): Promise<() => void> {
    if (this.load.latencyMs) {
      await pause(this.load.latencyMs);
    }
    const { workers, serviceMs } = this.load;
    if (workers === undefined) {
      await (serviceMs ? pause(serviceMs) : undefined);
      return () => undefined;
    }
    if (this.#busy >= workers) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#busy++;
    await (serviceMs ? pause(serviceMs) : undefined);
    let left = false;
    return () => {
      if (!left) {
        left = true;
        this.#busy--;
        this.#queue.shift()?.();
      }
    };
  }
}

/** Lets as much time pass as an answer of this size occupies its worker beyond `serviceMs`. */
export async function sending(load: Load, bytes: number): Promise<void> {
  const ms = (bytes / 2 ** 20) * (load.serviceMsPerMiB ?? 0);
  await (ms >= 1 ? pause(ms) : undefined);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
