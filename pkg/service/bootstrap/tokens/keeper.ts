import { compact } from '../../../contract/compact.ts';
import { asDashkeepError, type DashkeepError } from '../../../contract/errors.ts';
import type { Clock, Log } from '../../../contract/ports.ts';
import type { CredentialSource } from '../../../grafana/http/credentials.ts';
import type { AdminSource } from '../admin.ts';
import { anyAppChanged } from '../app-changes.ts';
import { bootstrap } from '../bootstrap.ts';
import { LOOK_EVERY_MS } from './given.ts';
import { KnownOrgs } from '../known-orgs.ts';
import { AdminRefused, NoAdmin } from '../problems.ts';
import { RefusedAdmin } from './refused-admin.ts';
import { TokenWatch } from './watch.ts';
import { isRefused } from './probe.ts';
import { isAway, tokenStateOf, type TokenStatus } from './state.ts';
import type { Bootstrapped, BootstrapOptions, OrgToken } from '../types.ts';

export interface KeeperOptions extends BootstrapOptions {
  /** Whether this replica may make tokens; the others only use what is stored. */
  mayMint: () => boolean;
}

const CHECK_EVERY_MS = 10 * 60_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 60_000;
const REFUSED_LOOK_MS = 15_000;
/** How long Grafana, which is often started together with the service, may take without a warning. */
const GRAFANA_START_MS = 60_000;

/**
 * Keeps the tokens of a running service: makes them, renews them in time, and makes new ones when Grafana has forgotten
 * them. Whatever fails is a state that it reports, and tries again; it never ends by itself.
 */
export class TokenKeeper extends TokenWatch {
  readonly #options: KeeperOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Whether and why the admin cannot be used. */
  readonly refused: RefusedAdmin;
  readonly #known: KnownOrgs;
  #current: Bootstrapped | undefined;
  #problem: DashkeepError | undefined;
  /** What was logged about the problem. */
  #logged: { level: 'info' | 'warn'; message: string } | undefined;
  readonly #started: number;
  #replaced: TokenStatus['replaced'];
  /** How many looks there were; says whose turn it is among the tokens of further organizations. */
  #looks = 0;

  constructor(options: KeeperOptions) {
    super();
    this.#options = options;
    this.#clock = options.clock;
    this.#started = options.clock.monotonic();
    this.#log = options.log;
    this.refused = new RefusedAdmin(options);
    this.#known = new KnownOrgs(options, this.refused);
  }

  /**
   * Looks which organizations there are now, and where all are wanted makes sure that each has its token. The token of
   * one that was deleted is given up.
   */
  async noticeOrgs(): Promise<void> {
    await this.#known.look(this.stopping);
    if (this.#lacksOne || this.#hasUnlisted) {
      await this.#checkFor(() => !this.#lacksOne && !this.#hasUnlisted);
    }
  }

  /** Checks; once more where a check was under way that began too early to know of an organization. */
  async #checkFor(hasAll: () => boolean): Promise<void> {
    await this.check();
    if (!hasAll()) {
      await this.check();
    }
  }

  /** Looks at what is stored, and makes nothing. */
  async look(): Promise<void> {
    await this.#check(false);
    if (this.#problem === undefined) {
      await this.#known.look(this.stopping);
    }
  }

  /** Grafana may accept by now a password that it refused. At most once in 90 seconds. */
  async askAgain(): Promise<void> {
    if (this.refused.mayAsk) {
      this.refused.forget();
      await this.check();
    }
  }

  get status(): TokenStatus {
    const problem = this.#problem;
    const state = tokenStateOf(this.#current, problem, this.#clock.now());
    const orgs = [
      ...(this.#current?.orgs ?? []).map(({ org, expires, account, other }) =>
        compact({ id: org, state, expires, account, other }),
      ),
      ...(this.#current?.failed ?? []).map(({ org }) => ({ id: org, state: 'failed' as const })),
    ];
    const replaced = this.#replaced;
    const notRenewed =
      this.refused.error ?? this.#current?.orgs.find((one) => one.notRenewed !== undefined)?.notRenewed;
    return compact({ state, orgs, problem, notRenewed: problem === undefined ? notRenewed : undefined, replaced });
  }

  /** What tokens are created with; undefined also while Grafana refuses the password. */
  get admin(): AdminSource | undefined {
    return this.refused.error === undefined ? this.#options.admin : undefined;
  }

  get orgs(): readonly OrgToken[] {
    return this.#current?.orgs ?? [];
  }

  /** Names of all organizations of this Grafana by id, as last seen; empty where no admin can be asked. */
  get existing(): ReadonlyMap<number, string> {
    return this.#known.names;
  }

  /** Whether that is all that can be known: Grafana has answered since the start, or no admin can be asked. */
  get isExistingKnown(): boolean {
    return this.#known.isKnown;
  }

  /** Whether there may be others by now: Grafana refused to list them. */
  get isExistingStale(): boolean {
    return this.#known.isStale;
  }

  get home(): number | undefined {
    return this.#current?.home;
  }

  /** Credentials that follow every renewal. When Grafana refuses one, `refresh` makes a new one. */
  credentials(org?: number): CredentialSource {
    const stored = () => this.#current?.orgs.find((one) => one.org === (org ?? this.#current?.home));
    const current = async (): Promise<string> => {
      if (this.#current === undefined) {
        await this.check();
      }
      const found = stored();
      if (found === undefined) {
        const where = org === undefined ? 'the organization of the admin' : `organization ${org}`;
        throw this.#problem ?? asDashkeepError(new Error(`there is no token for ${where}`));
      }
      return found.token;
    };
    return {
      kind: 'token',
      authorization: async () => `Bearer ${await current()}`,
      refresh: async () => {
        await this.#checkFor(() => stored() !== undefined);
        // The check has tried the token with Grafana. Another request may have had it renewed before this one asked.
        await current();
        return this.#problem === undefined;
      },
    };
  }

  protected override async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping.aborted) {
      await this.check();
      failures = this.#problem === undefined ? 0 : failures + 1;
      if (this.#problem === undefined) {
        await this.#watch();
        continue;
      }
      const pause =
        this.#problem instanceof AdminRefused
          ? REFUSED_LOOK_MS
          : Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures - 1, 10));
      await this.#clock.sleep(pause, this.stopping).catch(() => undefined);
    }
  }

  /**
   * Resolves when a whole check is due: after ten minutes, or as soon as Grafana refuses a token or an app was changed.
   */
  async #watch(): Promise<void> {
    const signal = this.stopping;
    const due = this.#clock.monotonic() + CHECK_EVERY_MS;
    while (!signal.aborted && this.#problem === undefined && this.#clock.monotonic() < due) {
      await this.#clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      const isCorrected = this.refused.error !== undefined && !(await this.refused.isCurrent());
      if (signal.aborted || isCorrected || (await this.#refusesOne()) || (await this.#changedApp())) {
        return;
      }
      if (this.#known.isDue) {
        await this.noticeOrgs();
      }
    }
  }

  /**
   * Whether somebody changed the app of an organization, so that its token must end. Only the leader configures apps.
   */
  async #changedApp(): Promise<boolean> {
    return this.#options.mayMint() && (await anyAppChanged(this.#options, this.orgs, this.stopping));
  }

  /** Whether Grafana refuses the token of the home organization, or that of the further one whose turn it is. */
  async #refusesOne(): Promise<boolean> {
    const [home, ...others] = this.orgs;
    const next = others[this.#looks++ % Math.max(1, others.length)];
    const refused = [home, next].map((one) => one !== undefined && isRefused(this.#options, one.token, this.stopping));
    return (await Promise.all(refused)).includes(true);
  }

  /** Whether an organization that is wanted has neither a token nor a reason why not. */
  get #lacksOne(): boolean {
    const { orgs = [], failed = [] } = this.#current ?? {};
    const tried = new Set([...orgs, ...failed].map(({ org }) => org));
    return this.#options.allOrgs && [...this.existing.keys()].some((id) => !tried.has(id));
  }

  /** Whether there is a token of an organization that Grafana no longer lists. */
  get #hasUnlisted(): boolean {
    return this.existing.size > 0 && this.orgs.some(({ org }) => !this.existing.has(org));
  }

  protected override async checkOnce(): Promise<void> {
    await this.#check();
    if (this.#problem === undefined) {
      await this.#known.look(this.stopping);
    }
  }

  async #check(mayMint = this.#options.mayMint()): Promise<void> {
    const signal = this.stopping;
    try {
      this.#current = await this.#bootstrap(mayMint);
      if (this.#problem !== undefined) {
        this.#log.info({}, 'the token works');
      }
      this.#problem = undefined;
      this.#logged = undefined;
      this.#noteReplaced(this.#current);
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      const problem = asDashkeepError(error);
      // Anyone who may not make one and finds none waits for the one who may.
      const waits = problem instanceof NoAdmin && this.#options.admin !== undefined;
      if (!waits) {
        this.#logProblem(problem);
      }
      this.#problem = problem;
    }
  }

  /**
   * A replica that doesn't lead uses what the leader stored; without admin credentials nothing is ever made. Where
   * Grafana refuses the admin's password, the stored tokens are good as long as Grafana accepts them.
   */
  async #bootstrap(mayMint: boolean): Promise<Bootstrapped> {
    const signal = this.stopping;
    const options = mayMint ? this.#options : { ...this.#options, admin: undefined, app: undefined };
    if (!(await this.refused.isCurrent())) {
      this.refused.forget();
      try {
        return await bootstrap(options, signal);
      } catch (error) {
        if (!(error instanceof AdminRefused)) {
          throw error;
        }
        this.refused.note(error);
      }
    }
    return bootstrap({ ...options, admin: undefined }, signal).catch((error: unknown) => {
      throw error instanceof NoAdmin ? (this.refused.error ?? error) : error;
    });
  }

  #logProblem(problem: DashkeepError): void {
    const { code, message, hint } = problem;
    const isYoung = this.#clock.monotonic() - this.#started < GRAFANA_START_MS;
    const level = isYoung && this.#current === undefined && isAway(problem) ? 'info' : 'warn';
    if (this.#logged?.level !== level || this.#logged.message !== message) {
      this.#log[level]({ code, reason: message, hint }, 'there is no working token');
      this.#logged = { level, message };
    }
  }

  #noteReplaced({ orgs }: Bootstrapped): void {
    const replaced = orgs.filter(({ refused }) => refused === true).map(({ org }) => org);
    if (replaced.length > 0) {
      this.#replaced = { time: this.#clock.now(), orgs: replaced };
      this.#log.warn(
        // oxlint-disable-next-line dashkeep/syntax -- a line of the log, which is English
        { orgs: replaced, hint: 'Check whether the token, or its service account, was deleted in Grafana.' },
        'Grafana rejected the token; a new one is in use',
      );
    }
  }
}
