import { DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { withInstance, type GrafanaAccess } from '../../operations/grafana.ts';
import type { StateStore } from '../../lib/state.ts';
import type { TokenKeeper } from '../bootstrap/tokens/keeper.ts';
import { TokenMemory } from '../bootstrap/memory.ts';

export interface HomeParts {
  /** What is known without asking anybody. */
  known: () => number | undefined;
  /** What was known last, by whichever replica. */
  kept: () => Promise<number | undefined>;
  /** What it can only be, where one organization is all that the service reaches. */
  fallback: () => number | undefined;
  /** Finds it out from Grafana; undefined when that is not possible now. */
  find: (signal: AbortSignal) => Promise<number | undefined>;
  clock: Clock;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

/** How long a request waits for Grafana to say which organization is the home one. */
const WAIT_MS = 10_000;
/** After it could not be found out, requests are answered immediately for this time. */
const PAUSE_MS = 5_000;

/** Which organization is the home one: that of the service's first Grafana token. */
export class HomeOrganization {
  readonly #parts: HomeParts;
  #finding: Promise<number | undefined> | undefined;
  #found: number | undefined;
  #kept: number | undefined;
  #failed = Number.NEGATIVE_INFINITY;

  constructor(parts: HomeParts) {
    this.#parts = parts;
  }

  /** Undefined until it was found out. */
  get known(): number | undefined {
    return this.#parts.known() ?? this.#found ?? this.#kept;
  }

  /** Starts finding it out. Resolves when that is done, whatever came of it. */
  async look(): Promise<number | undefined> {
    const { find, clock, signal } = this.#parts;
    if ((this.#parts.known() ?? this.#found) === undefined && clock.monotonic() - this.#failed > PAUSE_MS) {
      this.#finding ??= find(signal)
        .catch(() => undefined)
        .finally(() => (this.#finding = undefined));
      this.#found = await this.#finding;
      this.#failed = this.#found === undefined ? clock.monotonic() : this.#failed;
    }
    return this.known;
  }

  /** Without waiting for Grafana: what is known, was known last, or can only be. */
  async now(): Promise<number | undefined> {
    const { kept, fallback } = this.#parts;
    // State that cannot be read says as little as empty state; the status says why.
    this.#kept ??= this.known ?? (await kept().catch(() => undefined));
    void this.look();
    return this.known ?? fallback();
  }

  /** @throws DK_ORGANIZATION_UNKNOWN when nobody can know now */
  async id(): Promise<number> {
    const { clock } = this.#parts;
    const only = await this.now();
    if (only !== undefined) {
      return only;
    }
    const timer = new AbortController();
    const waited = clock.sleep(WAIT_MS, timer.signal).catch(() => undefined);
    const found = await Promise.race([this.look(), waited.then(() => undefined)]);
    timer.abort();
    if (found === undefined) {
      throw new DashkeepError(
        'DK_ORGANIZATION_UNKNOWN',
        'Grafana has not yet reported the organization of this service, so nothing can be shown',
      );
    }
    return found;
  }
}

/** Ways to find out which organization is the home one: the keeper of the tokens, Grafana, and what was known last. */
export function findHome(
  grafana: { url: string; caFile?: string },
  parts: {
    keeper: TokenKeeper | undefined;
    access: GrafanaAccess;
    state: StateStore;
    clock: Clock;
    randomness: Randomness;
    log: Log;
  },
): Pick<HomeParts, 'known' | 'kept' | 'find'> {
  const { keeper, access, state, clock, randomness, log } = parts;
  const link = { ...grafana, ...access, clock, randomness, log };
  const memory = new TokenMemory(state, log);
  return {
    known: () => keeper?.home,
    kept: async () => (await memory.facts()).home,
    async find(signal) {
      if (keeper !== undefined) {
        await keeper.check();
        return keeper.home;
      }
      const home = await withInstance(link, signal, async ({ orgs }) => orgs[0]?.id);
      const facts = await memory.facts();
      if (home !== undefined && home !== facts.home) {
        await memory.storeFacts({ ...facts, home });
      }
      return home;
    },
  };
}
