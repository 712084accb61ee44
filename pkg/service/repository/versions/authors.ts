import { reasonOf } from '../../../contract/errors.ts';
import type { DiffOrigin } from '../../../contract/api/diff.ts';
import type { Clock, Log } from '../../../contract/ports.ts';
import { liveAuthors } from '../../../operations/live.ts';
import { authorOf, isAccountId, withAuthors, type Authors } from '../../../engine/versions/authors.ts';
import type { Caller } from '../../organizations/caller.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { withTimeLimit } from '../time-limit.ts';

const FRESH_MS = 5 * 60_000;
/** A list of versions does not wait longer for the names in it. */
const WAIT_MS = 3_000;

/** Who the accounts are that saved something: those of the caller's organization, and of no other. */
export class AuthorNames {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  readonly #kept = new Map<number, { at: number; authors: Promise<Authors | undefined> }>();

  /** @param signal - ends with the service: what is read for one request serves those that follow */
  constructor(repositoryCache: RepositoryCache, clock: Clock, log: Log, signal: AbortSignal) {
    this.#repositoryCache = repositoryCache;
    this.#clock = clock;
    this.#log = log;
    this.#signal = signal;
  }

  /**
   * Adds to versions, changes, or the sides of a comparison, who saved them. Grafana is asked only where one of them
   * has the ID of an account.
   */
  async named<T extends DiffOrigin>(versions: readonly T[], caller: Caller): Promise<T[]> {
    const accounts = versions.filter(({ updatedBy = '' }) => isAccountId(updatedBy));
    // Nobody is called gone by a list that is older than what they saved.
    const since = Math.max(0, ...accounts.map(({ time, updated }) => Date.parse(time ?? updated ?? '') || 0));
    const authors = accounts.length === 0 ? undefined : await this.#waited(caller, since);
    return withAuthors(versions, authors);
  }

  /** The name of an account, as far as it is known; null for one that is gone. */
  async lookup(caller: Caller): Promise<(author: string) => string | null | undefined> {
    const authors = await this.#waited(caller, 0);
    return (author) => authorOf(author, authors);
  }

  #waited(caller: Caller, since: number): Promise<Authors | undefined> {
    return withTimeLimit(this.#clock, WAIT_MS, this.#signal, (over) =>
      Promise.race([this.#authors(caller, since), over]),
    );
  }

  /** @param since - milliseconds; what was read before is read again */
  #authors(caller: Caller, since: number): Promise<Authors | undefined> {
    const now = this.#clock.now().getTime();
    const kept = this.#kept.get(caller.org);
    if (kept !== undefined && kept.at >= since && now - kept.at < FRESH_MS) {
      return kept.authors;
    }
    const authors = this.#repositoryCache
      .use(this.#signal, (target) => liveAuthors(target.grafanaOf(caller), caller.org, this.#signal))
      .catch((error: unknown) => {
        this.#log.debug({ reason: reasonOf(error) }, 'accounts are not known');
        this.#kept.delete(caller.org);
        return undefined;
      });
    this.#kept.set(caller.org, { at: now, authors });
    return authors;
  }
}
