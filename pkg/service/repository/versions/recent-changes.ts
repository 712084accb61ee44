import type { z } from 'zod';
import type { ChangePage, ChangesQuery } from '../../../contract/api/changes.ts';
import type { ResourceVersion } from '../../../contract/api/versions.ts';
import { compact } from '../../../contract/compact.ts';
import { isWholeResource, KIND_NAMES, SERVER_KINDS } from '../../../contract/kinds.ts';
import type { Manifest, SnapshotSummary } from '../../../contract/manifest.ts';
import type { Clock } from '../../../contract/ports.ts';
import { describeSeveral, goneOf, versionsBelow } from '../../../engine/versions/resource-versions.ts';
import { listChanges } from '../../../repository/index/versions/ask-versions.ts';
import {
  newestFirst,
  type BelowPart,
  type ChangeFilter,
  type ChangeKey,
  type ResourceChange,
} from '../../../repository/index/versions/below/below.ts';
import { countingIds } from '../../../repository/index/versions/version-index.ts';
import { timeOfId } from '../../../repository/layout.ts';
import type { ListedChanges } from '../../../repository/repository.types.ts';
import type { Caller } from '../../organizations/caller.ts';
import { manifestFor } from '../../organizations/manifest-view.ts';
import { decodeCursor, encodeCursor, holds } from '../../pagination.ts';
import type { AuthorNames } from './authors.ts';
import { entriesOf, shownOf, withoutFollowers, type ListedChange } from './change-entries.ts';
import type { History } from '../history.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { createdByRestores, leftByRestores, restoresBy, withRestores } from '../restored.ts';
import { askIndex, askWholeIndex, indexedPart, keyIn, keyOfChange, NOTHING } from './ask-index.ts';
import { ownersOf } from './owners.ts';

/** Kinds of the whole server appear on no page. */
const KINDS = KIND_NAMES.filter((kind) => !SERVER_KINDS.has(kind));
/** Changes that are read for each entry of a page at first: permissions that follow a resource are none. */
const FEW_MORE = 2;

/** What became of the resources of an organization, for the page and for notifications. */
export class RecentChanges {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;
  readonly #authors: AuthorNames;
  readonly #history: History;

  constructor(repositoryCache: RepositoryCache, clock: Clock, authors: AuthorNames, history: History) {
    this.#repositoryCache = repositoryCache;
    this.#clock = clock;
    this.#authors = authors;
    this.#history = history;
  }

  /** One page of the caller's changes. @throws DK_USAGE for a cursor that is not valid */
  async page(
    { cursor, limit, kind, folder, person, since, until }: z.output<typeof ChangesQuery>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<ChangePage> {
    const snapshots = await this.#repositoryCache.snapshots(signal);
    const counting = countingIds(snapshots);
    const returned = await createdByRestores(this.#history, counting, caller, signal);
    const by = await this.#isBy(person, snapshots, caller, signal);
    const filter = { folder, kinds: kind, by, returned, since, until };
    const after = cursor === undefined ? undefined : cursorOf(cursor);
    const { found, entries, more, counts } = await this.#entries(filter, { limit, after: after?.key }, caller, signal);
    const last = entries.at(-1)?.[0];
    // The same on each page: what the first one knows.
    const total = after?.total ?? found.total;
    let room = limit;
    const isDescribed = ({ version: { what, together } }: ListedChange): boolean =>
      together === undefined || what === 'deleted' || room-- > 0;
    const shown = await this.#withReturns(shownOf(entries, limit), caller, signal);
    const items = await this.#described(shown, isDescribed, signal);
    const named = await this.#authors.named(items, caller, (one) => goneOf(one));
    // Which account deleted something is known only now: that of the service, where a restore was undone.
    const isGone = ({ what }: ResourceVersion): boolean => what === 'deleted';
    const undone = await withRestores(named.filter(isGone), refIn(caller), this.#history, caller, signal);
    return {
      items: named.map((one) => (isGone(one) ? (undone.shift() ?? one) : one)),
      ...compact({
        next: more && last !== undefined ? encodeCursor(`${total} ${keyOfChange(last.found)}`) : undefined,
      }),
      total,
      indexed: indexedPart(found),
      ...compact({ counts }),
    };
  }

  /** The entries of a page. What belongs together, and what follows something else, is decided by whole snapshots. */
  async #entries(
    filter: Omit<ChangeFilter, 'org'>,
    { limit, after }: { limit: number; after: ChangeKey | undefined },
    caller: Caller,
    signal: AbortSignal,
  ): Promise<{ found: ListedChanges; entries: ListedChange[][]; more: boolean } & Pick<ChangePage, 'counts'>> {
    const from = after && { ...after, kind: '', uid: '' };
    const isCounted = filter.since !== undefined && after === undefined;
    let most = isCounted ? Infinity : FEW_MORE * (limit + 1);
    for (let step = most; ; step *= 2) {
      const found = await this.#find(askIndex, filter, { limit: most, after: from, whole: true }, caller, signal);
      const changes = withoutFollowers(found.changes);
      const versions = await withRestores(
        versionsBelow({ ...found, changes }),
        refIn(caller),
        this.#history,
        caller,
        signal,
      );
      const listed = listedOf(changes, versions);
      const isNext = ([first]: ListedChange[]): boolean =>
        first !== undefined &&
        (after === undefined || newestFirst(after, { ...first.found.ref, first: first.version.snapshots.first }) < 0);
      const read = (id: string) => this.#manifest(id, caller, signal);
      const entries = entriesOf(listed, await ownersOf(changes, read)).filter(isNext);
      if (entries.length > limit || !found.more) {
        const total = found.total - (found.changes.length - changes.length);
        return {
          found: { ...found, total },
          entries: entries.slice(0, limit),
          more: entries.length > limit,
          ...compact({ counts: isCounted ? countsOf(changes) : undefined }),
        };
      }
      most = found.changes.length + step;
    }
  }

  /** Undefined for a snapshot that is gone, or can't be read. */
  async #manifest(id: string, caller: Caller, signal: AbortSignal): Promise<Manifest | undefined> {
    try {
      return manifestFor(await this.#repositoryCache.manifest(id, signal), caller);
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
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
    const counting = countingIds(await this.#repositoryCache.snapshots(signal));
    const returned = await createdByRestores(this.#history, counting, caller, signal);
    const found = await this.#find(askWholeIndex, { since: snapshot, returned }, part, caller, signal);
    const changes = withoutFollowers(found.changes);
    const shown = changes.slice(0, limits.listed);
    let room = limits.described;
    const listed = listedOf(shown, versionsBelow({ ...found, changes: shown }));
    const described = await this.#described(listed, () => room-- > 0, signal);
    const items = await this.#authors.named(described, caller, (one) => goneOf(one));
    return { items, total: found.total - (found.changes.length - changes.length) };
  }

  /** Whether someone saved, deleted or restored it whose name holds these words. */
  async #isBy(
    person = '',
    all: readonly SnapshotSummary[],
    caller: Caller,
    signal: AbortSignal,
  ): Promise<ChangeFilter['by']> {
    if (person.trim() === '') {
      return undefined;
    }
    const [{ nameOf, deletedBy }, restoredBy] = await Promise.all([
      this.#authors.lookup(caller),
      restoresBy(person, this.#history, caller, signal),
    ]);
    const snapshots = new Map(all.map((one) => [one.id, one]));
    const isTheirs = (name: string): boolean => name !== '' && holds(person, name);
    return (one) => {
      if (one.change.what !== 'deleted' && isTheirs(nameOf(one.change.state?.updatedBy ?? ''))) {
        return true;
      }
      const [version] = versionsBelow({ ...NOTHING, changes: [one], snapshots });
      const gone = version && goneOf(version);
      return gone === undefined
        ? version !== undefined && restoredBy(version, one.ref) !== undefined
        : isTheirs(deletedBy(gone));
    };
  }

  #find(
    ask: typeof askIndex<ListedChanges>,
    { kinds = KINDS, ...filter }: Omit<ChangeFilter, 'org'>,
    part: BelowPart,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<ListedChanges> {
    const own = { ...filter, org: caller.org, kinds: kinds.filter((kind) => KINDS.includes(kind)) };
    return ask(
      { repositoryCache: this.#repositoryCache, clock: this.#clock, signal },
      caller,
      (repository, wait) => listChanges(repository, own, { ...part, ...wait }),
      { ...NOTHING, changes: [], total: 0, more: false },
    );
  }

  /** With what changed, as far as that is wanted. */
  async #described(
    listed: readonly ListedChange[],
    isWanted: (one: ListedChange) => boolean,
    signal: AbortSignal,
  ): Promise<ResourceVersion[]> {
    const read = (object: string): Promise<string> => this.#repositoryCache.object(object, signal);
    const wanted = listed.filter(isWanted);
    const versions = wanted.map(({ version }) => version);
    const changes = wanted.map(({ found }) => found);
    const described = await describeSeveral(versions, changes, { read, signal });
    const by = new Map(described.map((version, at) => [versions[at], version]));
    return listed.map(({ version }) => by.get(version) ?? version);
  }
}

function refIn({ org }: Caller): (version: ResourceVersion) => { org: number; kind: string; uid: string } {
  return ({ resource }) => ({ org, kind: '', uid: '', ...resource });
}

function countsOf(changes: readonly ResourceChange[]): NonNullable<ChangePage['counts']> {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const { change, unasked } of changes) {
    if (unasked !== true) {
      counts[change.what === 'deleted' ? 'removed' : change.what === 'changed' ? 'changed' : 'added']++;
    }
  }
  return counts;
}

function listedOf(changes: readonly ResourceChange[], versions: readonly ResourceVersion[]): ListedChange[] {
  return versions.flatMap((version, at) => {
    const found = changes[at];
    return found === undefined ? [] : [{ found, version }];
  });
}

/** What a cursor says: the last change before the page, and the total of the first page. */
function cursorOf(cursor: string): { key: ChangeKey; total?: number | undefined } {
  const [, total, key = ''] = /^(?:(\d+) )?(.+)$/s.exec(decodeCursor(cursor)) ?? [];
  return { key: keyIn(key), total: total === undefined ? undefined : Number(total) };
}
