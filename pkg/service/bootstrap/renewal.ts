import { compact } from '../../contract/compact.ts';
import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { deleteOtherTokens, joinOrg, mintToken, orgOfToken, type TokenOwner } from './grafana.ts';
import type { Identities } from './identities.ts';
import { expiryOf, fingerprint, type Facts, type TokenFacts, type TokenMemory } from './memory.ts';
import { ServiceAccounts } from './service-account.ts';
import type { BootstrapParts } from './parts.ts';
import type { BootstrapOptions, OrgToken } from './types.ts';

const DEFAULT_TOKEN_SECONDS = 30 * 86_400;
/** How long the token before the current one may still be used by another replica. */
const OVERLAP_MS = 15 * 60_000;

/** Replaces tokens by new ones, with a time in which both work. */
export class Renewal {
  readonly #options: BootstrapOptions;
  readonly #identities: Identities;
  readonly #memory: TokenMemory;
  readonly #accounts: ServiceAccounts;
  readonly #signal: AbortSignal;

  constructor({ options, identities, memory, signal }: BootstrapParts) {
    this.#options = options;
    this.#identities = identities;
    this.#memory = memory;
    this.#accounts = new ServiceAccounts(memory, options, signal);
    this.#signal = signal;
  }

  /** Mint, validate, store, and only then delete what is older. */
  async renew(
    org: number,
    home: number,
    facts: Facts,
    working: { token: string; known: TokenFacts | undefined } | undefined,
  ): Promise<Omit<OrgToken, 'app' | 'account'>> {
    const { clock, randomness, log, tokenSeconds: secondsToLive = DEFAULT_TOKEN_SECONDS } = this.#options;
    let leave: (() => Promise<void>) | undefined;
    try {
      const admin = await this.#identities.adminIn(org);
      leave = await joinOrg(await this.#identities.admin(), org, this.#signal);
      const owner = await this.#accounts.ensure(admin, org, facts);
      const created = clock.now();
      const suffix = `${created.toISOString().slice(0, 10)}-${randomness.hex(4)}`;
      const minted = await mintToken(admin, owner, { suffix, secondsToLive, signal: this.#signal });
      const actual = await orgOfToken(this.#identities.withToken(minted.key), this.#signal);
      if (actual !== org) {
        const what = actual === undefined ? 'refused it' : `reported that it belongs to organization ${actual}`;
        throw new DashkeepError(
          'DK_BOOTSTRAP',
          `Grafana created a token for organization ${org}, but then ${what}; the token is not stored`,
          { advice: reason('check-other-grafana') },
        );
      }
      await this.#memory.storeToken(org, home, minted.key);
      const expires = new Date(created.getTime() + secondsToLive * 1000);
      const entry: TokenFacts = compact({
        org,
        name: minted.name,
        fingerprint: fingerprint(minted.key),
        created: created.toISOString(),
        expires: expires.toISOString(),
        previous: working?.known?.name,
      });
      facts.tokens = [...facts.tokens.filter((one) => one.org !== org), entry];
      await this.#memory.storeFacts(facts);
      log.info({ org, name: minted.name, expires: entry.expires, owner: owner.kind }, 'a new token is stored');
      const keep = new Set([minted.name, ...(entry.previous === undefined ? [] : [entry.previous])]);
      await this.#delete(admin, org, owner, keep);
      return { org, token: minted.key, expires, minted: true };
    } catch (error) {
      if (working === undefined || this.#signal.aborted) {
        throw error;
      }
      const notRenewed = asDashkeepError(await this.#identities.explained(error));
      log.warn({ org, reason: notRenewed.message }, 'the token could not be renewed; the old one still works');
      return { org, token: working.token, expires: expiryOf(working.known), minted: false, notRenewed };
    } finally {
      await leave?.();
    }
  }

  /** The one before the current one goes when other replicas have had time to take the new one. */
  async deletePrevious(org: number, known: TokenFacts | undefined, facts: Facts): Promise<void> {
    const over = known !== undefined && this.#options.clock.now().getTime() - Date.parse(known.created) > OVERLAP_MS;
    if (known?.previous === undefined || !over || this.#options.admin === undefined) {
      return;
    }
    const admin = await this.#identities.adminIn(org);
    const owner = await this.#accounts.find(admin, org, facts);
    if (owner !== undefined) {
      await this.#delete(admin, org, owner, new Set([known.name]));
    }
    delete known.previous;
    await this.#memory.storeFacts(facts);
  }

  /** Notes which account is this service's own, where an earlier release did not. */
  async recognize(org: number, known: TokenFacts | undefined, facts: Facts): Promise<void> {
    if (known === undefined || facts.accounts[org] !== undefined || this.#options.admin === undefined) {
      return;
    }
    try {
      const admin = await this.#identities.adminIn(org);
      await this.#accounts.recognize(admin, org, known.name, facts);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#options.log.debug(
        { org, reason: asDashkeepError(error).message },
        'the service account was not recognized',
      );
    }
  }

  /** Left-over tokens end by themselves; that they can't be deleted now must not cost the new one. */
  async #delete(admin: GrafanaClient, org: number, owner: TokenOwner, keep: ReadonlySet<string>): Promise<void> {
    try {
      const deleted = await deleteOtherTokens(admin, owner, keep, this.#signal);
      if (deleted.length > 0) {
        this.#options.log.info({ org, deleted }, 'other tokens of the service account are deleted');
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#options.log.warn({ org, reason: asDashkeepError(error).message }, 'older tokens could not be deleted');
    }
  }
}
