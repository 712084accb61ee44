import { reasonOf } from '../contract/errors.ts';
import type { Log } from '../contract/ports.ts';
import type { StateStore } from '../repository/state.ts';

const ENTRY = 'late.json';

/**
 * Whether it has been told that the newest backup is too old. Kept in the state, so that it is told once for each time
 * that this happens, whichever replica leads and however often they are started again.
 */
export class Lateness {
  readonly #state: StateStore;
  readonly #log: Log;
  /** The newest backup when it was told, in milliseconds since 1970; undefined = nothing is told. */
  #told: number | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(state: StateStore, log: Log) {
    this.#state = state;
    this.#log = log;
  }

  /** What others may have told: at the begin of each term. */
  async load(): Promise<void> {
    try {
      const text = (await this.#state.get(ENTRY))?.toString('utf8');
      const told = text === undefined ? Number.NaN : Date.parse((JSON.parse(text) as { newest: string }).newest);
      this.#told = Number.isNaN(told) ? undefined : told;
    } catch (error) {
      this.#log.warn({ reason: reasonOf(error) }, 'it is not known whether a late backup was told already');
    }
  }

  /** @param newest - the newest backup that is known, in milliseconds since 1970 */
  told(newest: number): boolean {
    return this.#told !== undefined && newest <= this.#told;
  }

  /** It is told now. */
  tell(newest: number): void {
    this.#told = newest;
    this.#write(() => this.#state.set(ENTRY, Buffer.from(JSON.stringify({ newest: new Date(newest).toISOString() }))));
  }

  /** There is a new backup. @returns whether it had been told that there is none */
  end(): boolean {
    const told = this.#told !== undefined;
    this.#told = undefined;
    if (told) {
      this.#write(() => this.#state.delete(ENTRY));
    }
    return told;
  }

  /** Resolves when what was told is kept. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** One after the other, so that the newest state is the one that stays. */
  #write(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch((error: unknown) => {
      this.#log.warn({ reason: reasonOf(error) }, 'that a late backup was told cannot be kept');
    });
  }
}
