import { asDashkeepError, reasonOf } from '../../contract/errors.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import { listOrgs } from './grafana.ts';
import { Identities } from './identities.ts';
import { AdminRefused } from './problems.ts';
import type { RefusedAdmin } from './tokens/refused-admin.ts';
import type { BootstrapOptions } from './types.ts';

/** Milliseconds between two looks at which organizations there are. */
const LOOK_EVERY_MS = 2 * 60_000;

/** Which organizations a Grafana has, as an admin sees them: some may have been made after the service started. */
export class KnownOrgs {
  readonly #options: BootstrapOptions;
  readonly #refused: RefusedAdmin;
  #names: ReadonlyMap<number, string> = new Map();
  #next = Number.NEGATIVE_INFINITY;
  #isStale = false;
  #isKnown = false;

  constructor(options: BootstrapOptions, refused: RefusedAdmin) {
    this.#options = options;
    this.#refused = refused;
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
    const { admin, clock, log } = this.#options;
    this.#next = clock.monotonic() + LOOK_EVERY_MS;
    if (admin === undefined) {
      return;
    }
    if (await this.#refused.isCurrent()) {
      this.#noteRefusal(this.#refused.error);
      return;
    }
    const identities = new Identities(this.#options);
    try {
      this.#names = await listOrgs(await identities.admin(), new Set(this.#names.keys()), signal);
      this.#refused.forget();
      this.#isKnown = true;
      this.#isStale = false;
    } catch (error) {
      const explained = identities.explained(error);
      if (explained instanceof AdminRefused) {
        this.#refused.note(explained);
      }
      this.#noteRefusal(explained instanceof AdminRefused ? explained : error);
      log.debug({ reason: asDashkeepError(explained).message }, 'the organizations could not be listed');
    } finally {
      await identities.close();
    }
  }

  #noteRefusal(error: unknown): void {
    if (this.#isStale || !(error instanceof AdminRefused || isForbidden(error))) {
      return;
    }
    this.#isStale = true;
    this.#options.log.warn(
      { reason: reasonOf(error) },
      'Grafana does not let the admin list the organizations, so new ones are not detected',
    );
  }
}
