/**
 * Runs tasks side by side, at most so many at once. `add` waits for a place, so that whoever produces the tasks is
 * slowed down to what can be done and memory stays flat.
 */
export class Pool {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts the task as soon as there is room. @throws what an earlier task threw: nothing more is started then. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#limit) {
      await Promise.race(this.#running);
    }
    this.#rethrow();
    const running = task().catch((error: unknown) => {
      this.#failure ??= { error };
    });
    const tracked = running.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** Waits until all are done. @throws what the first failing task threw. */
  async drain(): Promise<void> {
    await Promise.all(this.#running);
    this.#rethrow();
  }

  #rethrow(): void {
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }
}

/** Maps many values side by side, keeping their order. */
export async function mapPool<T, R>(values: readonly T[], limit: number, map: (value: T) => Promise<R>): Promise<R[]> {
  const pool = new Pool(limit);
  const results: R[] = [];
  for (const [index, value] of values.entries()) {
    await pool.add(async () => {
      results[index] = await map(value);
    });
  }
  await pool.drain();
  return results;
}
