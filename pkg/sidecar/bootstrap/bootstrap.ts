import { asDashkeepError, DashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { GrafanaClient } from '../../grafana/client.ts';
import { basicCredentials, tokenCredentials, type CredentialSource } from '../../grafana/credentials.ts';
import { GrafanaError } from '../../grafana/errors.ts';
import type { StateStore } from '../../repository/state.ts';
import { readAdmin, type Admin, type AdminKeys, type AdminSource } from './admin.ts';
import { configureApp, isForbidden, type AppOutcome } from './app-plugin.ts';
import { deleteOtherTokens, ensureOwner, joinOrg, mintToken, orgOfToken, orgsOfAdmin } from './grafana.ts';
import { fingerprint, TokenMemory, type Facts, type TokenFacts } from './memory.ts';

export interface BootstrapOptions {
  grafanaUrl: string;
  grafanaCaFile?: string;
  /** Undefined where no admin credentials are given: then only stored tokens can be used. */
  admin?: AdminSource;
  adminKeys?: AdminKeys;
  allOrgs: boolean;
  /** How long a new token lives; 30 days by default. Renewed when a third of that is left. */
  tokenSeconds?: number;
  /** What the app is told; undefined = the app is left alone (no service to reach). */
  app?: { url: string; token: string };
  state: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

export interface OrgToken {
  org: number;
  token: string;
  /** Undefined for a token that somebody else made. */
  expires: Date | undefined;
  minted: boolean;
  app: AppOutcome | 'forbidden' | undefined;
}

export interface Bootstrapped {
  home: number;
  orgs: OrgToken[];
  /** Orgs other than the home org that have no token, and why. */
  failed: { org: number; problem: DashkeepError }[];
}

/** Grafana refuses the admin's password: it won't get better by asking again, and asking again locks the account. */
export class AdminRefused extends DashkeepError {
  /** Says which user and password were refused. */
  readonly fingerprint: string;

  constructor(admin: Admin, cause: unknown) {
    super('DK_BOOTSTRAP', `Grafana refuses the password of '${admin.user}' from the admin Secret`, {
      cause,
      hint:
        'Grafana takes this password only when it makes its database; a Secret that was rendered again later (Argo CD does that) holds another one. ' +
        'Reset it with `grafana cli admin reset-admin-password`, or put the real one into the Secret.',
    });
    this.fingerprint = fingerprint(`${admin.user}\n${admin.password}`);
  }
}

/** No stored token works, and nothing is given to make one with. */
export class NoAdmin extends DashkeepError {
  /** Whether there is a stored token, but Grafana does not take it. */
  readonly refused: boolean;

  constructor(refused: boolean) {
    const what = refused ? 'Grafana refuses the stored token' : 'there is no working token';
    super('DK_BOOTSTRAP', `${what}, and there are no admin credentials to make one`, {
      hint: 'Mount the admin Secret (DASHKEEP_ADMIN_SECRET_DIR), or give GRAFANA_API_TOKEN.',
    });
    this.refused = refused;
  }
}

export const DEFAULT_TOKEN_SECONDS = 30 * 86_400;
/** How long the token before the current one may still be used by another replica. */
const OVERLAP_MS = 15 * 60_000;

/**
 * Makes sure that there is a working token for every org, that it is stored, and that the app knows the service.
 * Writes nothing when everything is as it should be. The same code serves the running service and the one-shot Job.
 * @throws AdminRefused, DK_BOOTSTRAP, DK_KUBERNETES, or what Grafana's client throws
 */
export async function bootstrap(options: BootstrapOptions, signal: AbortSignal): Promise<Bootstrapped> {
  return new Bootstrap(options, signal).run();
}

class Bootstrap {
  readonly #options: BootstrapOptions;
  readonly #signal: AbortSignal;
  readonly #memory: TokenMemory;
  readonly #opened: GrafanaClient[] = [];
  #admin: Promise<GrafanaClient> | undefined;
  #refused = false;

  constructor(options: BootstrapOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#memory = new TokenMemory(options.state, options.log);
  }

  async run(): Promise<Bootstrapped> {
    try {
      const facts = await this.#memory.facts();
      const home = await this.#home(facts);
      facts.home = home;
      const done: Bootstrapped = { home, orgs: [], failed: [] };
      for (const org of await this.#orgs(home, facts)) {
        try {
          done.orgs.push(await this.#org(org, home, facts));
        } catch (error) {
          this.#signal.throwIfAborted();
          if (org === home) {
            throw error;
          }
          const problem = asDashkeepError(error);
          this.#options.log.warn({ org, reason: problem.message, hint: problem.hint }, 'an org has no token');
          done.failed.push({ org, problem });
        }
      }
      return done;
    } catch (error) {
      throw await this.#explained(error);
    } finally {
      await Promise.all(this.#opened.map((client) => client.close()));
    }
  }

  /** The org whose token is `GRAFANA_API_TOKEN`: what that token says, else the admin's own. */
  async #home(facts: Facts): Promise<number> {
    const stored = await this.#memory.token(facts.home ?? 1, facts.home ?? 1);
    const found = stored === undefined ? undefined : await orgOfToken(this.#as(stored), this.#signal);
    if (found !== undefined) {
      return found;
    }
    this.#refused = stored !== undefined;
    const [home = 1] = await orgsOfAdmin(await this.#asAdmin(), false, this.#signal);
    return home;
  }

  async #orgs(home: number, facts: Facts): Promise<number[]> {
    if (!this.#options.allOrgs) {
      return [home];
    }
    if (this.#options.admin === undefined) {
      return [home, ...facts.tokens.map(({ org }) => org).filter((org) => org !== home)];
    }
    const all = await orgsOfAdmin(await this.#asAdmin(), true, this.#signal);
    return [home, ...all.filter((org) => org !== home)];
  }

  async #org(org: number, home: number, facts: Facts): Promise<OrgToken> {
    const stored = await this.#memory.token(org, home);
    const works = stored !== undefined && (await orgOfToken(this.#as(stored), this.#signal)) === org;
    const known = stored === undefined ? undefined : factsOf(facts, org, stored);
    let result: Omit<OrgToken, 'app'>;
    if (works && !this.#nearItsEnd(known)) {
      await this.#deletePrevious(org, known, facts);
      result = { org, token: stored, expires: dateOf(known), minted: false };
    } else {
      this.#refused = stored !== undefined && !works;
      result = await this.#renew(org, home, facts, works ? { token: stored, known } : undefined);
    }
    return { ...result, app: await this.#app(org, result.token, facts) };
  }

  #nearItsEnd(known: TokenFacts | undefined): boolean {
    if (known === undefined) {
      return false;
    }
    const [created, expires] = [Date.parse(known.created), Date.parse(known.expires)];
    return this.#options.clock.now().getTime() > expires - (expires - created) / 3;
  }

  /** Mint, validate, store, and only then delete what is older. */
  async #renew(
    org: number,
    home: number,
    facts: Facts,
    working: { token: string; known: TokenFacts | undefined } | undefined,
  ): Promise<Omit<OrgToken, 'app'>> {
    const { clock, randomness, log } = this.#options;
    let leave: (() => Promise<void>) | undefined;
    try {
      const admin = (await this.#asAdmin()).inOrg(org);
      leave = await joinOrg(await this.#asAdmin(), org, this.#signal);
      const owner = await ensureOwner(admin, org, this.#signal);
      const created = clock.now();
      const secondsToLive = this.#options.tokenSeconds ?? DEFAULT_TOKEN_SECONDS;
      const suffix = `${created.toISOString().slice(0, 10)}-${randomness.hex(4)}`;
      const minted = await mintToken(admin, owner, { suffix, secondsToLive, signal: this.#signal });
      const actual = await orgOfToken(this.#as(minted.key), this.#signal);
      if (actual !== org) {
        const what = actual === undefined ? 'refuses it' : `says that it belongs to org ${actual}`;
        throw new DashkeepError(
          'DK_BOOTSTRAP',
          `Grafana made a token for org ${org} and then ${what}; it is not stored`,
          {
            hint: 'Look at the log of Grafana; is there more than one Grafana behind this address?',
          },
        );
      }
      await this.#memory.storeToken(org, home, minted.key);
      const expires = new Date(created.getTime() + secondsToLive * 1000);
      const entry: TokenFacts = {
        org,
        name: minted.name,
        fingerprint: fingerprint(minted.key),
        created: created.toISOString(),
        expires: expires.toISOString(),
        ...(working?.known === undefined ? {} : { previous: working.known.name }),
      };
      facts.tokens = [...facts.tokens.filter((one) => one.org !== org), entry];
      await this.#memory.storeFacts(facts);
      log.info({ org, token: minted.name, expires: entry.expires, owner: owner.kind }, 'a new token is stored');
      const keep = new Set([minted.name, ...(entry.previous === undefined ? [] : [entry.previous])]);
      await this.#delete(admin, org, keep);
      return { org, token: minted.key, expires, minted: true };
    } catch (error) {
      if (working === undefined || this.#signal.aborted) {
        throw error;
      }
      log.warn(
        { org, reason: asDashkeepError(error).message },
        'the token could not be renewed; the old one still works',
      );
      return { org, token: working.token, expires: dateOf(working.known), minted: false };
    } finally {
      await leave?.();
    }
  }

  async #deletePrevious(org: number, known: TokenFacts | undefined, facts: Facts): Promise<void> {
    const over = known !== undefined && this.#options.clock.now().getTime() - Date.parse(known.created) > OVERLAP_MS;
    if (known?.previous === undefined || !over || this.#options.admin === undefined) {
      return;
    }
    await this.#delete((await this.#asAdmin()).inOrg(org), org, new Set([known.name]));
    delete known.previous;
    await this.#memory.storeFacts(facts);
  }

  /** Left-over tokens end by themselves; that they can't be deleted now must not cost the new one. */
  async #delete(admin: GrafanaClient, org: number, keep: ReadonlySet<string>): Promise<void> {
    try {
      const deleted = await deleteOtherTokens(admin, await ensureOwner(admin, org, this.#signal), keep, this.#signal);
      if (deleted > 0) {
        this.#options.log.info({ org, deleted }, 'older tokens are deleted');
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#options.log.warn({ org, reason: asDashkeepError(error).message }, 'older tokens could not be deleted');
    }
  }

  async #app(org: number, token: string, facts: Facts): Promise<OrgToken['app']> {
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
      // The backups don't need the app.
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
      return await configureApp(this.#as(token), wanted, this.#signal);
    } catch (error) {
      if (!isForbidden(error) || this.#options.admin === undefined) {
        throw error;
      }
      return configureApp((await this.#asAdmin()).inOrg(org), wanted, this.#signal);
    }
  }

  #as(token: string): GrafanaClient {
    return this.#open(tokenCredentials(() => Promise.resolve(token)));
  }

  /** One client for each identity, because a client that was refused once doesn't ask again. */
  #open(credentials: CredentialSource): GrafanaClient {
    const { grafanaUrl, grafanaCaFile, clock, randomness, log } = this.#options;
    const client = GrafanaClient.open({
      url: grafanaUrl,
      caFile: grafanaCaFile,
      credentials,
      clock,
      randomness,
      log,
      attempts: 3,
      timeout: 15_000,
    });
    this.#opened.push(client);
    return client;
  }

  #asAdmin(): Promise<GrafanaClient> {
    return (this.#admin ??= this.#readAdmin());
  }

  async #readAdmin(): Promise<GrafanaClient> {
    const { admin, adminKeys } = this.#options;
    if (admin === undefined) {
      throw new NoAdmin(this.#refused);
    }
    const { user, password } = await readAdmin(admin, adminKeys);
    return this.#open(
      basicCredentials(
        () => Promise.resolve(user),
        () => Promise.resolve(password),
      ),
    );
  }

  /** A 401 that is left can only be the admin's: refused tokens are an answer, not an error. */
  async #explained(error: unknown): Promise<unknown> {
    const { admin, adminKeys } = this.#options;
    if (error instanceof GrafanaError && error.httpStatus === 401 && admin !== undefined) {
      return new AdminRefused(await readAdmin(admin, adminKeys), error);
    }
    return error;
  }
}

function factsOf(facts: Facts, org: number, token: string): TokenFacts | undefined {
  const mark = fingerprint(token);
  return facts.tokens.find((one) => one.org === org && one.fingerprint === mark);
}

function dateOf(known: TokenFacts | undefined): Date | undefined {
  return known === undefined ? undefined : new Date(known.expires);
}
