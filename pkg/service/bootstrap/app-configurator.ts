import { boundToken } from '../../contract/bound-token.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import { changeOf } from './app-changes.ts';
import { readApp, configureApp, type AppOutcome, type AppSettings } from './app-plugin.ts';
import type { Identities } from './identities.ts';
import { fingerprint, type Facts, type TokenMemory } from './memory.ts';
import { accountOfOther, LEAVE_APP, type OtherService } from './other-service.ts';
import type { BootstrapParts } from './parts.ts';
import type { AppConnection, BootstrapOptions, OrgToken } from './types.ts';

/** Configures the app in each org with the address and token of the service, as whichever identity may do that. */
export class AppConfigurator {
  /** Other services that have the app of an organization. */
  readonly others = new Map<number, OtherService>();
  readonly #options: BootstrapOptions;
  readonly #identities: Identities;
  readonly #memory: TokenMemory;
  readonly #signal: AbortSignal;

  constructor({ options, identities, memory, signal }: BootstrapParts) {
    this.#options = options;
    this.#identities = identities;
    this.#memory = memory;
    this.#signal = signal;
  }

  /** Never fails for what Grafana answers: the backups don't need the app. */
  async configure(org: number, home: number, token: string, facts: Facts): Promise<OrgToken['app']> {
    const { app } = this.#options;
    if (app === undefined) {
      return undefined;
    }
    const about = { org, home, facts };
    try {
      return await this.#configure(app, this.#identities.withToken(token), about);
    } catch (error) {
      this.#signal.throwIfAborted();
      return this.#configureAsAdmin(app, about, error);
    }
  }

  /** What the organization's token may not do, the admin may. */
  async #configureAsAdmin(app: AppConnection, about: About, failure: unknown): Promise<OrgToken['app']> {
    let last = failure;
    if (isForbidden(failure) && this.#options.admin !== undefined) {
      try {
        return await this.#configure(app, await this.#identities.adminIn(about.org), about);
      } catch (error) {
        this.#signal.throwIfAborted();
        last = error;
      }
    }
    const { org } = about;
    this.#options.log.warn(
      { org, reason: asDashkeepError(last).message },
      'the app in Grafana could not be configured',
    );
    return isForbidden(last) ? 'forbidden' : undefined;
  }

  async #configure(
    { tokens, url }: AppConnection,
    grafana: GrafanaClient,
    { org, home, facts }: About,
  ): Promise<AppOutcome> {
    const settings = await readApp(grafana, this.#signal);
    const other = await this.#otherOf(grafana, url, settings, facts.accounts[org]?.id);
    if (other !== undefined) {
      await this.#leaveTo(other, { tokens, url }, { org, home, facts });
      return 'of-other';
    }
    const change = settings === undefined ? undefined : changeOf(settings, facts.apps[org], url);
    if (change === 'disabled' || change === 'repointed') {
      // Anyone who did that may have it: it ends now.
      this.#options.log.warn({ org, change }, 'the app in Grafana was changed, so its token is revoked');
      await tokens.revoke(org, home);
      facts.apps[org] = { url, fingerprint: '', ...(change === 'disabled' ? { disabled: true } : {}) };
      await this.#memory.storeFacts(facts);
    }
    if (change === 'disabled' || change === 'still-disabled') {
      return 'disabled';
    }
    const token = await tokens.current(org, home);
    const wanted = { url, fingerprint: fingerprint(boundToken(url, token)) };
    const before = facts.apps[org];
    const known = before?.url === url && before.fingerprint === wanted.fingerprint && before.disabled !== true;
    const isUnchanged = known && settings?.hasToken === true && settings.enabled && settings.url === url;
    if (settings !== undefined && !isUnchanged) {
      await configureApp(grafana, settings, { url, token }, this.#signal);
      facts.apps[org] = wanted;
      await this.#memory.storeFacts(facts);
      this.#options.log.info({ org, url }, 'the app in Grafana is enabled and connected to the service');
    }
    await tokens.delivered(org);
    return settings === undefined ? 'not-installed' : isUnchanged ? 'unchanged' : 'configured';
  }

  /**
   * The service that the app is connected to, if it is another one and at work. One that does not work any more, such
   * as this one before it lost its state, loses the app.
   */
  async #otherOf(
    grafana: GrafanaClient,
    ours: string,
    settings: AppSettings | undefined,
    ownAccount: number | undefined,
  ): Promise<OtherService | undefined> {
    const { enabled = false, hasToken = false, url } = settings ?? {};
    if (!enabled || !hasToken || url === undefined || url === ours) {
      return undefined;
    }
    const account = await accountOfOther(grafana, ownAccount, this.#options.clock.now(), this.#signal);
    return account === undefined ? undefined : { url, account };
  }

  /** Two services that both configured the app would take it from each other at every check. */
  async #leaveTo(other: OtherService, { tokens, url }: AppConnection, { org, home, facts }: About): Promise<void> {
    this.others.set(org, other);
    const before = facts.apps[org];
    if (before?.other === other.url) {
      return;
    }
    this.#options.log.warn(
      { org, ...other, hint: reasonSentence(LEAVE_APP) },
      'the app in Grafana is connected to another Dashkeep, so this service does not change it',
    );
    if (before !== undefined && before.fingerprint !== '') {
      // Anyone who pointed the app there may have the token.
      await tokens.revoke(org, home);
    }
    facts.apps[org] = { url, fingerprint: '', other: other.url };
    await this.#memory.storeFacts(facts);
  }
}

/** The org whose app is configured, and what is known. */
interface About {
  org: number;
  home: number;
  facts: Facts;
}
