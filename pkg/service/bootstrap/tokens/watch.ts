/**
 * Looks after tokens in the background until it is stopped. It can be asked in between, and never works twice at a
 * time.
 */
export abstract class TokenWatch {
  readonly #stopping = new AbortController();
  #checking: Promise<void> | undefined;
  #loop: Promise<void> | undefined;

  start(): void {
    this.#loop ??= this.run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** Looks now instead of at the next turn; resolves when that is done, whatever came of it. */
  async check(): Promise<void> {
    this.#checking ??= this.checkOnce().finally(() => (this.#checking = undefined));
    await this.#checking;
  }

  /** Aborted when it is stopped. */
  protected get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Checks again and again, and ends when `stopping` is aborted. */
  protected abstract run(): Promise<void>;

  /** Never fails: what is wrong is a state. */
  protected abstract checkOnce(): Promise<void>;
}
