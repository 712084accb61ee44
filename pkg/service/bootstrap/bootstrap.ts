import { compact } from '../../contract/compact.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock } from '../../contract/ports.ts';
import type { GrafanaClient } from '../../grafana/http/client.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import { compareClocks, MAX_SKEW } from '../../repository/clocks.ts';
import { AppConfigurator } from './app-configurator.ts';
import { isAbsent, lackingOf, orgOfToken, orgsOfAdmin } from './grafana.ts';
import { Identities } from './identities.ts';
import { expiryOf, fingerprint, TokenMemory, type Facts, type TokenFacts } from './memory.ts';
import { Renewal } from './renewal.ts';
import type { Bootstrapped, BootstrapOptions, OrgToken } from './types.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/**
 * Makes sure that there is a working token for every org, that it is stored, and that the app knows the service.
 * Writes nothing when everything is as it should be. The same code serves the running service and the one-shot Job.
 * @throws AdminRefused, DK_BOOTSTRAP, DK_KUBERNETES, DK_CLOCK_SKEW, or what Grafana's client throws
 */
export async function bootstrap(options: BootstrapOptions, signal: AbortSignal): Promise<Bootstrapped> {
  return new Bootstrap(options, signal).run();
}

class Bootstrap {
  readonly #options: BootstrapOptions;
  readonly #signal: AbortSignal;
  readonly #memory: TokenMemory;
  readonly #identities: Identities;
  readonly #clock: Clock;
  readonly #renewal: Renewal;
  readonly #app: AppConfigurator;

  constructor(options: BootstrapOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#memory = new TokenMemory(options.state, options.log);
    this.#identities = new Identities(options);
    this.#clock = this.#identities.grafanaClock;
    const byGrafana = { ...options, clock: this.#clock };
    const parts = { options: byGrafana, identities: this.#identities, memory: this.#memory, signal };
    this.#renewal = new Renewal(parts);
    this.#app = new AppConfigurator(parts);
  }

  async run(): Promise<Bootstrapped> {
    try {
      const facts = await this.#memory.facts();
      const home = await this.#home(facts);
      facts.home = home;
      await this.#compareClocks();
      const done: Bootstrapped = { home, orgs: [], failed: [], ...compact({ ahead: this.#identities.clockAhead }) };
      for (const org of await this.#orgs(home, facts)) {
        try {
          done.orgs.push(await this.#org(org, home, facts));
        } catch (error) {
          this.#signal.throwIfAborted();
          if (org === home) {
            throw error;
          }
          const problem = asDashkeepError(error);
          this.#options.log.warn({ org, reason: problem.message, hint: problem.hint }, 'an organization has no token');
          done.failed.push({ org, problem });
        }
      }
      return done;
    } catch (error) {
      throw this.#identities.explained(error);
    } finally {
      await this.#identities.close();
    }
  }

  /** Other commands refuse to work with clocks that differ; so that it is seen now. @throws DK_CLOCK_SKEW */
  async #compareClocks(): Promise<void> {
    const { clock, log, ignoreClock } = this.#options;
    if (ignoreClock !== undefined) {
      const grafanaAhead = this.#identities.clockAhead;
      await compareClocks({ clock, log, ignoreClock }, compact({ grafanaAhead, signal: this.#signal }));
    }
  }

  /** The org whose token is `GRAFANA_API_TOKEN`: what that token says, else the admin's own. */
  async #home(facts: Facts): Promise<number> {
    const stored = await this.#memory.token(facts.home ?? 1, facts.home ?? 1);
    const found = stored === undefined ? undefined : await orgOfToken(this.#identities.withToken(stored), this.#signal);
    if (found !== undefined) {
      return found;
    }
    this.#identities.refused = stored !== undefined;
    const admin = await this.#identities.admin();
    // Where the admin happens to be now must not make another organization the home one.
    if (facts.home !== undefined && (await orgExists(admin, facts.home, this.#signal))) {
      return facts.home;
    }
    const [home = 1] = await orgsOfAdmin(admin, undefined, this.#signal);
    return home;
  }

  async #orgs(home: number, facts: Facts): Promise<number[]> {
    const { allOrgs, orgIds = [], admin } = this.#options;
    if (!allOrgs && orgIds.length === 0) {
      return [home];
    }
    if (admin === undefined) {
      const known = facts.tokens.map(({ org }) => org).filter((org) => allOrgs || orgIds.includes(org));
      return [home, ...known.filter((org) => org !== home)];
    }
    if (!allOrgs) {
      return [home, ...orgIds.filter((org) => org !== home)];
    }
    const lasting = new Set(facts.tokens.map(({ org }) => org));
    const all = await orgsOfAdmin(await this.#identities.admin(), { lasting }, this.#signal);
    const unlisted = [...lasting].filter((org) => org !== home && !all.includes(org));
    const exist = await Promise.all(unlisted.map((org) => this.#mayExist(org)));
    const hidden = unlisted.filter((_org, at) => exist[at]);
    await this.#memory.keepOnly([...all, ...hidden], facts);
    return [home, ...[...all, ...hidden].filter((org) => org !== home)];
  }

  /** A list may be shortened: only an organization that Grafana does not find is gone. */
  async #mayExist(org: number): Promise<boolean> {
    const admin = await this.#identities.admin();
    const found = admin.get(`/api/orgs/${org}`, { signal: this.#signal }).then(() => true);
    return found.catch(valueIf(isForbidden, true)).catch(valueIf(isAbsent, false));
  }

  async #org(org: number, home: number, facts: Facts): Promise<OrgToken> {
    const stored = await this.#memory.token(org, home);
    const works = stored !== undefined && (await orgOfToken(this.#identities.withToken(stored), this.#signal)) === org;
    const known = stored === undefined ? undefined : factsOf(facts, org, stored);
    let result: Omit<OrgToken, 'app' | 'account' | 'other'>;
    if (works && !this.#nearItsEnd(known)) {
      await this.#renewal.recognize(org, known, facts);
      await this.#renewal.deletePrevious(org, known, facts);
      const looks = this.#options.checksPermissions === true;
      const lacks = looks ? await lackingOf(this.#identities.withToken(stored), this.#signal) : undefined;
      result = { org, token: stored, expires: expiryOf(known), minted: false, ...compact({ lacks }) };
    } else {
      const refused = stored !== undefined && !works;
      this.#identities.refused = refused;
      result = await this.#renewal.renew(org, home, facts, works ? { token: stored, known } : undefined);
      result = refused ? { ...result, refused } : result;
    }
    const { name, instead } = facts.accounts[org] ?? {};
    const account = name === undefined ? {} : { account: compact({ name, instead }) };
    const app = await this.#app.configure(org, home, result.token, facts);
    return { ...result, ...account, app, ...compact({ other: this.#app.others.get(org) }) };
  }

  #nearItsEnd(known: TokenFacts | undefined): boolean {
    if (known === undefined) {
      return false;
    }
    const [created, expires] = [Date.parse(known.created), Date.parse(known.expires)];
    const now = this.#clock.now().getTime();
    // One from the future was dated by another clock, so that nothing is known of its end.
    return now > expires - (expires - created) / 3 || created > now + MAX_SKEW;
  }
}

async function orgExists(admin: GrafanaClient, org: number, signal: AbortSignal): Promise<boolean> {
  const isHidden = (error: unknown): boolean => isAbsent(error) || isForbidden(error);
  const found = admin.get(`/api/orgs/${org}`, { signal }).then(() => true);
  return found.catch(valueIf(isHidden, false));
}

function factsOf(facts: Facts, org: number, token: string): TokenFacts | undefined {
  const mark = fingerprint(token);
  return facts.tokens.find((one) => one.org === org && one.fingerprint === mark);
}
