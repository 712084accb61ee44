import { asDashkeepError } from '../../contract/errors.ts';
import { isForbidden } from '../../grafana/errors.ts';
import { configureApp, type AppOutcome } from './app-plugin.ts';
import type { Identities } from './identities.ts';
import { fingerprint, type Facts, type TokenMemory } from './memory.ts';
import type { BootstrapOptions, OrgToken } from './types.ts';

/** Tells the app in each org how to reach the service, as whoever may. */
export class AppTeller {
  readonly #options: BootstrapOptions;
  readonly #identities: Identities;
  readonly #memory: TokenMemory;
  readonly #signal: AbortSignal;

  constructor(options: BootstrapOptions, identities: Identities, memory: TokenMemory, signal: AbortSignal) {
    this.#options = options;
    this.#identities = identities;
    this.#memory = memory;
    this.#signal = signal;
  }

  /** Never fails for what Grafana answers: the backups don't need the app. */
  async tell(org: number, token: string, facts: Facts): Promise<OrgToken['app']> {
    const { app, log } = this.#options;
    if (app === undefined) {
      return undefined;
    }
    const told = { url: app.url, fingerprint: fingerprint(app.token) };
    const before = facts.apps[org];
    const known = before?.url === told.url && before.fingerprint === told.fingerprint;
    try {
      const outcome = await this.#configure(org, token, { ...app, known });
      if (outcome === 'configured') {
        facts.apps[org] = told;
        await this.#memory.storeFacts(facts);
        log.info({ org, url: app.url }, 'the app in Grafana is enabled and knows the service');
      }
      return outcome;
    } catch (error) {
      this.#signal.throwIfAborted();
      log.warn({ org, reason: asDashkeepError(error).message }, 'the app in Grafana could not be configured');
      return isForbidden(error) ? 'forbidden' : undefined;
    }
  }

  async #configure(
    org: number,
    token: string,
    wanted: { url: string; token: string; known: boolean },
  ): Promise<AppOutcome> {
    try {
      return await configureApp(this.#identities.withToken(token), wanted, this.#signal);
    } catch (error) {
      if (!isForbidden(error) || this.#options.admin === undefined) {
        throw error;
      }
      return configureApp((await this.#identities.admin()).inOrg(org), wanted, this.#signal);
    }
  }
}
