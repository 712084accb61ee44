import { asDashkeepError } from '../../contract/errors.ts';
import { GrafanaError } from '../../grafana/http/errors.ts';
import { readAdmin } from './admin.ts';
import { listOrgs } from './grafana.ts';
import { Identities } from './identities.ts';
import { fingerprint } from './memory.ts';
import type { BootstrapOptions } from './types.ts';

/** Milliseconds between two looks at which organizations there are. */
const LOOK_EVERY_MS = 2 * 60_000;
/** Milliseconds until a refused password is tried again: Grafana locks an account after five within five minutes. */
const REFUSED_RETRY_MS = 15 * 60_000;

/** Which organizations a Grafana has, as an admin sees them: some may have been made after the service started. */
export class KnownOrgs {
  readonly #options: BootstrapOptions;
  #names: ReadonlyMap<number, string> = new Map();
  #next = Number.NEGATIVE_INFINITY;
  #refused: { mark: string; until: number } | undefined;
  #isStale = false;
  #isKnown = false;

  constructor(options: BootstrapOptions) {
    this.#options = options;
  }

  /** Their names by id, as last seen; empty where no admin can be asked. */
  get names(): ReadonlyMap<number, string> {
    return this.#names;
  }

  /** Whether Grafana refused the last look, so that there may be others by now. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Whether Grafana has answered since the start, or no admin can be asked. */
  get isKnown(): boolean {
    return this.#isKnown || this.#isStale || this.#options.admin === undefined;
  }

  get isDue(): boolean {
    return this.#options.clock.monotonic() >= this.#next;
  }

  /** Looks now. What fails leaves the names as they were: nothing that works depends on them. */
  async look(signal: AbortSignal): Promise<void> {
    const { admin, adminKeys, clock, log } = this.#options;
    this.#next = clock.monotonic() + LOOK_EVERY_MS;
    if (admin === undefined) {
      return;
    }
    const identities = new Identities(this.#options);
    let mark = '';
    try {
      const { user, password } = await readAdmin(admin, adminKeys);
      mark = fingerprint(`${user}\n${password}`);
      if (this.#refused?.mark === mark && clock.monotonic() < this.#refused.until) {
        return;
      }
      this.#names = await listOrgs(await identities.admin(), new Set(this.#names.keys()), signal);
      this.#refused = undefined;
      this.#isKnown = true;
      this.#isStale = false;
    } catch (error) {
      this.#noteRefusal(error);
      if (error instanceof GrafanaError && error.httpStatus === 401) {
        this.#refused = { mark, until: clock.monotonic() + REFUSED_RETRY_MS };
      }
      log.debug({ reason: asDashkeepError(error).message }, 'the organizations could not be listed');
    } finally {
      await identities.close();
    }
  }

  #noteRefusal(error: unknown): void {
    if (this.#isStale || !(error instanceof GrafanaError && [401, 403].includes(error.httpStatus))) {
      return;
    }
    this.#isStale = true;
    this.#options.log.warn(
      { reason: error.message },
      'Grafana does not let the admin list the organizations, so new ones are not detected',
    );
  }
}
