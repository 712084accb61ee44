import { compact } from '../../contract/compact.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import type { StateStore } from '../../lib/state.ts';
import { isWellFormed } from '../bootstrap/grafana.ts';
import type { SecretReader } from '../../grafana/http/credentials.ts';
import { digestOf, HOME_UNKNOWN, TokenFile, tokenEntry, type TokenFacts } from './token-file.ts';

/** How often a stranger can make us look whether a token was changed. */
const LOOK_EVERY_MS = 2_000;
/** How long the token before the present one is accepted once the app has the present one. */
const GRACE_MS = 5 * 60_000;
const ROTATE_HOURS = 24;

export interface ApiTokensOptions {
  /** The home organization's, when the deployment gives it; it never rotates. */
  given?: SecretReader;
  /** Those of further organizations. */
  givenByOrg?: ReadonlyMap<number, SecretReader>;
  /** Whether somebody gives the app every new token; otherwise tokens are made once and stay. */
  rotates: boolean;
  /** Age at which a token is replaced, in hours; 24 by default. */
  hours?: number;
  state: StateStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/** `home`: the home organization's, whichever that is. */
export type TokenOf = number | 'home';

/**
 * The tokens that callers of the API must show, one for each organization: the token decides for whom the call is. The
 * service keeps what it needs to recognise them; they themselves lie in the state for the app, and for people.
 */
export class ApiTokens {
  readonly #options: ApiTokensOptions;
  readonly #file: TokenFile;
  /** By digest. */
  #accepted = new Map<string, { org: TokenOf; until: number }>();
  #looked = Number.NEGATIVE_INFINITY;
  /** Counts the looks; what an older one finds does not replace what a newer one found. */
  #looks = 0;
  #newest = 0;
  #loaded: Promise<void> = Promise.resolve();

  constructor(options: ApiTokensOptions) {
    this.#options = options;
    this.#file = new TokenFile(options.state, options.log);
  }

  /** Whether there is any token at all; without one nobody is let in. */
  get ready(): boolean {
    return this.#accepted.size > 0;
  }

  /** How many organizations have one. */
  get organizations(): number {
    return new Set([...this.#accepted.values()].map(({ org }) => org)).size;
  }

  /**
   * Takes up what is given and what is stored, maybe by another replica. While the state cannot be read, what was known
   * counts on, and so does the home organization's token that is given: the status says what is wrong with it.
   */
  load(): Promise<void> {
    this.#looked = this.#options.clock.monotonic();
    return (this.#loaded = this.#load());
  }

  async #load(): Promise<void> {
    const { log, given } = this.#options;
    const look = ++this.#looks;
    try {
      const accepted = await this.#read();
      if (look > this.#newest) {
        this.#newest = look;
        this.#accepted = accepted;
      }
    } catch (error) {
      const { code, message: reason, hint } = asDashkeepError(error);
      log.warn({ code, reason, hint }, "the service's own tokens cannot be read or stored");
      const token = await given?.().catch(() => undefined);
      if (token !== undefined) {
        // The one that was given before is not accepted beside it.
        this.#accepted = new Map([...this.#accepted].filter(([, { org }]) => org !== 'home'));
        this.#accepted.set(digestOf(token.trim()), { org: 'home', until: Number.POSITIVE_INFINITY });
      }
    }
  }

  /**
   * Whose token that is; undefined when it is nobody's. An unknown one makes us look whether there are new ones, now
   * and then, and waits for a look that others began: after a start, nothing is known before the first one ends.
   */
  async orgOf(shown: string): Promise<TokenOf | undefined> {
    const digest = digestOf(shown);
    const known = this.#known(digest);
    if (known !== undefined) {
      return known;
    }
    await (this.#options.clock.monotonic() - this.#looked < LOOK_EVERY_MS ? this.#loaded : this.load());
    return this.#known(digest);
  }

  /**
   * The token that the app of an organization is to hold: made when there is none, replaced when it is due. The one
   * before is accepted until `delivered` was called, and for some minutes more.
   */
  async current(org: number, home: number): Promise<string> {
    const given = await this.#given(org, home);
    if (given !== undefined) {
      return given;
    }
    const { stored, known } = await this.#find(org, home);
    if (stored !== undefined && known !== undefined && known.digest === digestOf(stored) && !this.#isDue(known)) {
      if (known.org !== org) {
        await this.#keep((facts) => facts.map((one) => (one.digest === known.digest ? { ...one, org } : one)));
      }
      return stored;
    }
    // One that was made by an earlier release may be known in every organization: it ends immediately.
    return this.#replace(org, home, known === undefined ? undefined : { digest: known.digest });
  }

  /** The app of an organization holds its present token: the one before ends soon. */
  async delivered(org: number): Promise<void> {
    const isOpen = ({ org: its, previous }: TokenFacts): boolean =>
      its === org && previous !== undefined && previous.until === undefined;
    if ((await this.#file.read()).some(isOpen)) {
      const until = new Date(this.#options.clock.now().getTime() + GRACE_MS).toISOString();
      await this.#keep((facts) =>
        facts.map((one) => (isOpen(one) && one.previous ? { ...one, previous: { ...one.previous, until } } : one)),
      );
    }
  }

  /** Ends the token of an organization now, and makes another one. @returns the new one; a given one stays as it is */
  async revoke(org: number, home: number): Promise<string> {
    const given = await this.#given(org, home);
    if (given !== undefined) {
      this.#options.log.warn({ org }, 'the deployment sets the API token: change it there');
      return given;
    }
    this.#options.log.info({ org }, 'the API token is revoked');
    return this.#replace(org, home, undefined);
  }

  #known(digest: string): TokenOf | undefined {
    const found = this.#accepted.get(digest);
    return found !== undefined && found.until > this.#options.clock.now().getTime() ? found.org : undefined;
  }

  async #read(): Promise<Map<string, { org: TokenOf; until: number }>> {
    const { given, givenByOrg = new Map<number, SecretReader>(), rotates, state, log } = this.#options;
    const accepted = new Map<string, { org: TokenOf; until: number }>();
    const add = (digest: string, org: TokenOf, until = Number.POSITIVE_INFINITY): void => {
      const twin = accepted.get(digest);
      if (twin !== undefined && twin.org !== org) {
        log.error({ orgs: [twin.org, org] }, 'two organizations have the same API token: both are refused');
        accepted.set(digest, { org, until: Number.NEGATIVE_INFINITY });
        return;
      }
      accepted.set(digest, { org, until });
    };
    const facts = await this.#file.read();
    const isGiven = ({ org, entry }: TokenFacts): boolean =>
      entry === tokenEntry('home') ? given !== undefined : givenByOrg.has(org);
    for (const { org, digest, previous } of facts.filter((one) => !isGiven(one))) {
      add(digest, org === HOME_UNKNOWN ? 'home' : org);
      if (previous !== undefined) {
        const until = previous.until === undefined ? undefined : Date.parse(previous.until);
        add(previous.digest, org === HOME_UNKNOWN ? 'home' : org, until);
      }
    }
    for (const [org, read] of givenByOrg) {
      add(digestOf((await read()).trim()), org);
    }
    if (given !== undefined) {
      add(digestOf((await given()).trim()), 'home');
    } else if (!rotates || !facts.some(isOfKnownHome)) {
      const stored = textOf(await state.get(tokenEntry('home')));
      add(digestOf(stored ?? (await this.#first())), 'home');
    }
    return accepted;
  }

  /** The home organization's first token, before anybody knows which organization that is. */
  async #first(): Promise<string> {
    const { state, randomness, clock, rotates } = this.#options;
    const entry = tokenEntry('home');
    const token = randomness.hex(32);
    // Another replica, or a request while the service starts, may be faster.
    let kept = textOf(await state.add(entry, Buffer.from(token)));
    if (kept === undefined) {
      await state.set(entry, Buffer.from(token));
      kept = token;
    }
    const fresh = { org: HOME_UNKNOWN, entry, digest: digestOf(kept), created: clock.now().toISOString() };
    if (rotates) {
      await this.#file.update((facts) =>
        facts.some(isOfKnownHome) ? facts : [...facts.filter((one) => one.entry !== entry), fresh],
      );
    }
    return kept;
  }

  async #given(org: number, home: number): Promise<string | undefined> {
    const read = org === home ? this.#options.given : this.#options.givenByOrg?.get(org);
    return (await read?.())?.trim();
  }

  async #find(org: number, home: number): Promise<{ stored: string | undefined; known: TokenFacts | undefined }> {
    const entry = tokenEntry(org === home ? 'home' : org);
    const [facts, stored] = [await this.#file.read(), textOf(await this.#options.state.get(entry))];
    const known =
      facts.find((one) => one.org === org) ??
      facts.find((one) => one.org === HOME_UNKNOWN && org === home && one.entry === entry);
    return { stored, known };
  }

  #isDue({ created }: TokenFacts): boolean {
    const { rotates, hours = ROTATE_HOURS, clock } = this.#options;
    return rotates && clock.now().getTime() - Date.parse(created) >= hours * 3_600_000;
  }

  /** The token itself first: without its facts it is no token yet, and the one before still counts. */
  async #replace(org: number, home: number, previous: TokenFacts['previous']): Promise<string> {
    const { state, randomness, clock, log } = this.#options;
    const entry = tokenEntry(org === home ? 'home' : org);
    const token = randomness.hex(32);
    await state.set(entry, Buffer.from(token));
    const created = clock.now().toISOString();
    const fresh = { org, entry, digest: digestOf(token), created, ...compact({ previous }) };
    await this.#keep((facts) => [...facts.filter((one) => one.org !== org && one.entry !== entry), fresh]);
    log.info({ org }, 'a new API token is stored');
    return token;
  }

  async #keep(change: (facts: TokenFacts[]) => TokenFacts[]): Promise<void> {
    await this.#file.update(change);
    await this.load();
  }
}

function isOfKnownHome({ org, entry }: TokenFacts): boolean {
  return org !== HOME_UNKNOWN && entry === tokenEntry('home');
}

function textOf(value: Buffer | undefined): string | undefined {
  const text = value?.toString('utf8').trim();
  return text !== undefined && isWellFormed(text) ? text : undefined;
}
