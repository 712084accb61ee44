import { createHash, timingSafeEqual } from 'node:crypto';
import { asDashkeepError } from '../contract/errors.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { StateStore } from '../repository/state.ts';
import { TokenMemory } from './bootstrap/memory.ts';

/** How often a stranger can make us look whether the token was changed. */
const LOOK_EVERY_MS = 2_000;

/** The token that callers of the API must show: given by the deployment, or kept in the state. */
export class ApiToken {
  readonly #given: (() => Promise<string>) | undefined;
  readonly #ports: { state: StateStore; clock: Clock; randomness: Randomness; log: Log };
  #current: string | undefined;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(
    given: (() => Promise<string>) | undefined,
    ports: { state: StateStore; clock: Clock; randomness: Randomness; log: Log },
  ) {
    this.#given = given;
    this.#ports = ports;
  }

  /** Undefined while there is none and none can be kept: then nobody is let in. */
  get value(): string | undefined {
    return this.#current;
  }

  async load(): Promise<void> {
    this.#looked = this.#ports.clock.monotonic();
    try {
      this.#current = await ensureApiToken((await this.#given?.())?.trim(), this.#ports);
    } catch (error) {
      const { code, message: reason, hint } = asDashkeepError(error);
      this.#ports.log.warn({ code, reason, hint }, "the service's own token cannot be read or kept");
    }
  }

  /** Compares in constant time. A wrong one makes us look whether ours was changed meanwhile, now and then. */
  async accepts(shown: string): Promise<boolean> {
    if (this.#equals(shown)) {
      return true;
    }
    if (this.#ports.clock.monotonic() - this.#looked < LOOK_EVERY_MS) {
      return false;
    }
    await this.load();
    return this.#equals(shown);
  }

  #equals(shown: string): boolean {
    // Hashes are of one length, so the comparison tells nothing about either text.
    const [ours, theirs] = [this.#current ?? '', shown].map((text) => createHash('sha256').update(text).digest());
    return ours !== undefined && theirs !== undefined && timingSafeEqual(ours, theirs) && this.#current !== undefined;
  }
}

/** The service's own token: as given, as stored, or made up now and stored. */
export async function ensureApiToken(
  given: string | undefined,
  options: { state: StateStore; randomness: Randomness; log: Log },
): Promise<string> {
  const memory = new TokenMemory(options.state, options.log);
  const known = given ?? (await memory.apiToken());
  if (known !== undefined) {
    return known;
  }
  const fresh = options.randomness.hex(32);
  await memory.storeApiToken(fresh);
  // Read back: another replica may have been faster, or slower.
  return (await memory.apiToken()) ?? fresh;
}
