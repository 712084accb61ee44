import type { DiffOrigin } from '../../../contract/api/diff.ts';
import type { Clock, Log } from '../../../contract/ports.ts';
import { liveAuthors, liveDeletions } from '../../../operations/live.ts';
import type { GrafanaLink } from '../../../operations/grafana.ts';
import { authorOf, isAccountId, withAuthors, type Authors } from '../../../engine/versions/authors.ts';
import { withDeletions, type Deletions, type Gone } from '../../../engine/versions/deletions.ts';
import type { Caller } from '../../organizations/caller.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { Kept } from './kept.ts';

/** A list that is no older may lack the very last deletions: Grafana is not asked for each resource. */
const LATEST_MS = 10_000;

/** Who the accounts are that saved or deleted something: those of the caller's organization, and of no other. */
export class AuthorNames {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #authors: Kept<Authors>;
  readonly #deletions: Kept<Deletions>;

  /** @param signal - ends with the service: what is read for one request serves those that follow */
  constructor(repositoryCache: RepositoryCache, clock: Clock, log: Log, signal: AbortSignal) {
    this.#repositoryCache = repositoryCache;
    this.#clock = clock;
    this.#signal = signal;
    this.#authors = new Kept(clock, log, signal);
    this.#deletions = new Kept(clock, log, signal, ({ whole }) => whole);
  }

  /**
   * Adds to versions, changes, or the sides of a comparison, who saved or deleted them. Grafana is asked only where one
   * of them is a deletion, or has the ID of an account.
   * @param goneOf - the resource that one of them shows to be deleted
   */
  async named<T extends DiffOrigin>(
    versions: readonly T[],
    caller: Caller,
    goneOf: (version: T) => Gone | undefined = () => undefined,
  ): Promise<T[]> {
    const latest = this.#clock.now().getTime() - LATEST_MS;
    const deleted = versions.flatMap((version) => {
      const gone = goneOf(version);
      return gone === undefined ? [] : Math.min(gone.before.getTime(), latest);
    });
    const saved = versions
      .filter(({ updatedBy = '' }) => isAccountId(updatedBy))
      .map(({ time, updated }) => Date.parse(time ?? updated ?? '') || 0);
    const [deletions, authors] = await Promise.all([
      deleted.length === 0 ? undefined : this.#deletionsOf(caller, Math.max(...deleted)),
      // Nobody is called gone by a list that is older than what they saved or deleted.
      deleted.length + saved.length === 0 ? undefined : this.#authorsOf(caller, Math.max(...deleted, ...saved)),
    ]);
    return withAuthors(withDeletions(versions, goneOf, deletions), authors);
  }

  /** The name of an account, as far as it is known; null for one that is gone. */
  async lookup(caller: Caller): Promise<(author: string) => string | null | undefined> {
    const authors = await this.#authorsOf(caller, 0);
    return (author) => authorOf(author, authors);
  }

  #authorsOf(caller: Caller, since: number): Promise<Authors | undefined> {
    return this.#authors.get(caller, since, () => this.#live(caller, liveAuthors));
  }

  #deletionsOf(caller: Caller, since: number): Promise<Deletions | undefined> {
    return this.#deletions.get(caller, since, () => this.#live(caller, liveDeletions));
  }

  #live<T>(caller: Caller, read: (link: GrafanaLink, org: number, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#repositoryCache.use(this.#signal, (target) =>
      read(target.grafanaOf(caller), caller.org, this.#signal),
    );
  }
}
