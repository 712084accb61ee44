import type { Clock } from '../../contract/ports.ts';

/** Secrets are read again after this time: mounted ones are replaced under a running process. */
const FRESH_MILLISECONDS = 60_000;

/** A value derived from a secret, and derived again when the secret changes. */
export class Rotating<T> {
  readonly #read: () => Promise<string>;
  readonly #make: (secret: string) => T;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #current: { secret: string; value: T; read: number } | undefined;

  constructor(read: () => Promise<string>, make: (secret: string) => T, clock: Pick<Clock, 'monotonic'>) {
    this.#read = read;
    this.#make = make;
    this.#clock = clock;
  }

  async get(): Promise<T> {
    const now = this.#clock.monotonic();
    if (this.#current === undefined || now - this.#current.read > FRESH_MILLISECONDS) {
      const secret = await this.#read();
      const value = this.#current?.secret === secret ? this.#current.value : this.#make(secret);
      this.#current = { secret, value, read: now };
    }
    return this.#current.value;
  }
}
