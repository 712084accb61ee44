/**
 * Runs tasks side by side, at most that many concurrently. `add` waits for a place, so that anyone who produces the
 * tasks is slowed down to what can be done and memory stays flat.
 * @param onFailure called with what the first failing task threw, as soon as it does.
 */
export class TaskPool {
  readonly #limit: number;
  readonly #onFailure: (error: unknown) => void;
  #running = 0;
  #failure: { error: unknown } | undefined;
  /** Anyone who waits for a task to end. */
  #waiting: (() => void)[] = [];

  constructor(limit: number, onFailure: (error: unknown) => void = () => undefined) {
    this.#limit = limit;
    this.#onFailure = onFailure;
  }

  /** Starts the task as soon as there is room. @throws what an earlier task threw: nothing more is started then. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running >= this.#limit) {
      await this.#next();
    }
    this.#rethrow();
    this.#running++;
    void this.#run(task);
  }

  /** Waits until all are done. @throws what the first failing task threw. */
  async drain(): Promise<void> {
    while (this.#running > 0) {
      await this.#next();
    }
    this.#rethrow();
  }

  async #run(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#failure === undefined) {
        this.#failure = { error };
        this.#onFailure(error);
      }
    } finally {
      this.#running--;
      for (const wake of this.#waiting.splice(0)) {
        wake();
      }
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #rethrow(): void {
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }
}
