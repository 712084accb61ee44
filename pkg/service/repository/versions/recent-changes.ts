import type { z } from 'zod';
import type { ChangePage, ChangesQuery } from '../../../contract/api/changes.ts';
import type { ResourceVersion } from '../../../contract/api/versions.ts';
import { compact } from '../../../contract/compact.ts';
import { isWholeResource } from '../../../contract/kinds.ts';
import type { Clock } from '../../../contract/ports.ts';
import { goneOf } from '../../../engine/versions/resource-versions.ts';
import { timeOfId } from '../../../repository/layout.ts';
import type { Caller } from '../../organizations/caller.ts';
import type { History } from '../history.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { createdByRestores, leftByRestores, withUndos } from '../restored.ts';
import { attributedChanges } from './attributed.ts';
import { askWholeIndex } from './ask-index.ts';
import type { AuthorNames } from './authors.ts';
import { withoutFollowers, type ListedChange } from './change-entries.ts';
import { ChangePages } from './change-pages.ts';
import { describeListed, findChanges, refIn } from './find-changes.ts';

/** What became of the resources of an organization, for the page and for notifications. */
export class RecentChanges {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;
  readonly #authors: AuthorNames;
  readonly #history: History;
  readonly #pages: ChangePages;

  constructor(repositoryCache: RepositoryCache, clock: Clock, authors: AuthorNames, history: History) {
    this.#repositoryCache = repositoryCache;
    this.#clock = clock;
    this.#authors = authors;
    this.#history = history;
    this.#pages = new ChangePages({ repositoryCache, clock, authors, history });
  }

  /** One page of the caller's changes. @throws DK_USAGE for a cursor that is not valid */
  async page(query: z.output<typeof ChangesQuery>, caller: Caller, signal: AbortSignal): Promise<ChangePage> {
    const { listed, ...rest } = await this.#pages.find(query, caller, signal);
    const shown = await this.#withReturns(listed, caller, signal);
    const items = shown.map(({ version }) => version);
    const named = await this.#authors.named(items, caller, (one) => goneOf(one));
    const isGone = ({ what }: ResourceVersion): boolean => what === 'deleted';
    return { items: await withUndos(named, isGone, refIn(caller), this.#history, caller, signal), ...rest };
  }

  /** Marks the deletions of what is back, as a snapshot shows, or was restored after the last snapshot. */
  async #withReturns(
    listed: readonly ListedChange[],
    caller: Caller,
    signal: AbortSignal,
  ): Promise<readonly ListedChange[]> {
    const seen = ({ found: { newest } }: ListedChange): string => timeOfId(newest.snapshots.last).toISOString();
    const [earliest] = listed
      .filter(({ version }) => version.what === 'deleted')
      .map(seen)
      .sort();
    if (earliest === undefined) {
      return listed;
    }
    const deletedSince = (moment: string) => this.#authors.deletedSince(caller, moment);
    const isLeft = await leftByRestores(this.#history, earliest, signal, deletedSince);
    return listed.map((one) => {
      const { found, version } = one;
      if (version.what !== 'deleted') {
        return one;
      }
      const left = isWholeResource(found.ref) ? isLeft({ ...found.ref, org: caller.org }, seen(one)) : undefined;
      const back = left === undefined && found.newest.what !== 'deleted' ? (true as const) : undefined;
      const restoredAt = left?.isThere === true ? left.at : undefined;
      return { found, version: { ...version, ...compact({ back, restoredAt }) } };
    });
  }

  /**
   * What snapshots show that are newer than one.
   * @param limits - `listed`: how many are wanted at most; `described`: of how many to say what changed
   */
  async since(
    snapshot: string,
    limits: { listed: number; described: number },
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Pick<ChangePage, 'items' | 'total'>> {
    const part = { limit: limits.listed, whole: true };
    const snapshots = await this.#repositoryCache.snapshots(signal);
    const returned = await createdByRestores(this.#history, snapshots, caller, signal);
    const asker = { repositoryCache: this.#repositoryCache, clock: this.#clock, signal };
    const found = await findChanges(asker, askWholeIndex, { since: snapshot, returned }, part, caller);
    const parts = { repositoryCache: this.#repositoryCache, history: this.#history };
    const changes = withoutFollowers(await attributedChanges(found, parts, caller, signal));
    const listed = changes.slice(0, limits.listed);
    let room = limits.described;
    const described = await describeListed(this.#repositoryCache, listed, () => room-- > 0, signal);
    const versions = described.map(({ version }) => version);
    const items = await this.#authors.named(versions, caller, (one) => goneOf(one));
    return { items, total: found.total - (found.changes.length - changes.length) };
  }
}
