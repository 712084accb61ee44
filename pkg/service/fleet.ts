import type { Fleet } from '../contract/api/readiness.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import { MemoryState } from '../lib/state.ts';
import { lookAtFleet } from '../engine/fleet.ts';
import type { ServiceConfig } from './config.ts';

interface Parts {
  config: Pick<ServiceConfig, 'fleet' | 'ignoreClock'>;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/** The installations that the deployment names; pages cannot add any. */
export class FleetView {
  readonly #parts: Parts;
  /** Separate from the service's own state, which the contents of other buckets must not fill. */
  readonly #state = new MemoryState();
  /** Installations that were ok, because a list of folders omits missing ones. */
  readonly #seen = new Set<string>();
  #looking: Promise<Fleet> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Concurrent calls share one result. */
  read(): Promise<Fleet> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<Fleet> {
    const { config, clock, randomness, log, signal } = this.#parts;
    const { targets, trustedKeys, storage, identities } = config.fleet;
    const installations = await lookAtFleet([...targets, ...this.#seen], {
      ...{ trustedKeys, clock, randomness, log, signal, state: this.#state, ignoreClock: config.ignoreClock },
      identities: await identities(),
      storage: async (target) => ({ ...storage(target), clock, random: randomness, log }),
    });
    installations.filter(({ state }) => state === 'ok').forEach(({ target }) => this.#seen.add(target));
    return { installations };
  }
}
