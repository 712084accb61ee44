import type { DiffOrigin } from '../../../contract/api/diff.ts';
import { reasonOf } from '../../../contract/errors.ts';
import type { ResourceRef } from '../../../contract/kinds.ts';
import type { Clock, Log } from '../../../contract/ports.ts';
import { liveAuthors, liveDeletions } from '../../../operations/live.ts';
import type { GrafanaLink } from '../../../operations/grafana.ts';
import { authorOf, isAccountId, withAuthors, type Authors } from '../../../engine/versions/authors.ts';
import { deletionOf, withDeletions, type Deletions, type Gone } from '../../../engine/versions/deletions.ts';
import { keptDeletions, SNAPSHOTS_MOST, type KeptDeletions } from '../../../engine/versions/kept-deletions.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import { withTimeLimit } from '../../../lib/time-limit.ts';
import { readDeletionsOf, type SnapshotDeletions } from '../../../repository/deletions.ts';
import { isOf, isOwn, type Caller } from '../../organizations/caller.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { APART_MS } from '../restored.ts';
import { Kept } from './kept.ts';

/** A list that is no older may lack the very last deletions: Grafana is not asked for each resource. */
const LATEST_MS = 10_000;
/** An answer does not wait longer for what backups kept. */
const WAIT_MS = 3_000;

/** Who the accounts are that saved or deleted something: those of the caller's organization, and of no other. */
export class AuthorNames {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #authors: Kept<Authors>;
  readonly #deletions: Kept<Deletions>;
  readonly #log: Log;
  /** Manifests do not change. */
  readonly #snapshotDeletions = new RecentValues<Promise<SnapshotDeletions>>(SNAPSHOTS_MOST);

  /** @param signal - ends with the service: what is read for one request serves those that follow */
  constructor(repositoryCache: RepositoryCache, clock: Clock, log: Log, signal: AbortSignal) {
    this.#repositoryCache = repositoryCache;
    this.#clock = clock;
    this.#log = log;
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
    const gone = versions.flatMap((version) => goneOf(version) ?? []);
    const kept = gone.length === 0 ? undefined : await this.#keptOf(caller, gone);
    const latest = this.#clock.now().getTime() - LATEST_MS;
    const timesOf = (found: readonly Gone[]): number[] => found.map(({ before }) => Math.min(before.getTime(), latest));
    const unkept = timesOf(kept?.others ?? gone);
    const saved = versions
      .filter(({ updatedBy = '' }) => isAccountId(updatedBy))
      .map(({ time, updated }) => Date.parse(time ?? updated ?? '') || 0);
    const [live, authors] = await Promise.all([
      unkept.length === 0 ? undefined : this.#deletionsOf(caller, Math.max(...unkept)),
      // Nobody is called gone by a list that is older than what they saved or deleted.
      gone.length + saved.length === 0 ? undefined : this.#authorsOf(caller, Math.max(...timesOf(gone), ...saved)),
    ]);
    return withAuthors(withDeletions(versions, goneOf, kept, live), authors);
  }

  /** Who saved or deleted something: the name of an account, or its ID where no name is known. */
  async lookup(caller: Caller): Promise<{ nameOf: (author: string) => string; deletedBy: (gone: Gone) => string }> {
    const [authors, kept, live] = await Promise.all([
      this.#authorsOf(caller, 0),
      this.#keptOf(caller, [{ kind: '', uid: '', after: new Date(0), before: this.#clock.now() }]),
      this.#deletionsOf(caller, this.#clock.now().getTime() - LATEST_MS),
    ]);
    const nameOf = (author: string): string => authorOf(author, authors) ?? author;
    return { nameOf, deletedBy: (gone) => nameOf(deletionOf(gone, kept, live)?.updatedBy ?? '') };
  }

  /**
   * Decides which resources Grafana lists as deleted after a moment; it lists none before 12.4, and only dashboards and
   * folders. Of what was created again it lists nothing.
   * @param moment - the list is read after that
   */
  async deletedSince(caller: Caller, moment: string): Promise<(resource: ResourceRef, after: string) => boolean> {
    const now = this.#clock.now();
    const latest = Math.min(now.getTime(), Math.max(Date.parse(moment), now.getTime() - LATEST_MS));
    const live = await this.#deletionsOf(caller, latest);
    return ({ kind, uid }, after) => {
      const of = live?.of.get(`${kind}/${uid}`) ?? [];
      return of.some(({ updated }) => Date.parse(updated) > Date.parse(after) - APART_MS);
    };
  }

  #authorsOf(caller: Caller, since: number): Promise<Authors | undefined> {
    return this.#authors.get(caller, since, () => this.#live(caller, liveAuthors));
  }

  #deletionsOf(caller: Caller, since: number): Promise<Deletions | undefined> {
    return this.#deletions.get(caller, since, () => this.#live(caller, liveDeletions));
  }

  /** What backups kept; undefined if that can't be read, or not soon. */
  async #keptOf(caller: Caller, gone: readonly Gone[]): Promise<KeptDeletions | undefined> {
    const read = async (): Promise<KeptDeletions> =>
      keptDeletions(gone, await this.#repositoryCache.snapshots(this.#signal), async (id) => {
        const { orgs, deletions } = await this.#snapshotDeletions.use(id, () =>
          this.#repositoryCache.read(this.#signal, (one) => readDeletionsOf(one, id, { signal: this.#signal })),
        );
        const isCovered = orgs.some((org) => isOwn(caller, id, org));
        return deletions.filter((one) => isCovered && isOf(caller, one));
      });
    try {
      return await withTimeLimit(this.#clock, WAIT_MS, this.#signal, (over) => Promise.race([read(), over]));
    } catch (error) {
      this.#log.debug({ reason: reasonOf(error) }, 'the authors of deletions are not read from backups');
      return undefined;
    }
  }

  #live<T>(caller: Caller, read: (link: GrafanaLink, org: number, signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#repositoryCache.use(this.#signal, (target) =>
      read(target.grafanaOf(caller), caller.org, this.#signal),
    );
  }
}
