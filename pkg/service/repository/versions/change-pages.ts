import type { z } from 'zod';
import type { ChangePage, ChangesQuery } from '../../../contract/api/changes.ts';
import { compact } from '../../../contract/compact.ts';
import type { Manifest, SnapshotSummary } from '../../../contract/manifest.ts';
import type { Clock } from '../../../contract/ports.ts';
import { goneOf, versionsBelow } from '../../../engine/versions/resource-versions.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import {
  newestFirst,
  type ChangeFilter,
  type ChangeKey,
  type ResourceChange,
} from '../../../repository/index/versions/below/below.ts';
import type { ListedChanges } from '../../../repository/repository.types.ts';
import type { Caller } from '../../organizations/caller.ts';
import { manifestFor } from '../../organizations/manifest-view.ts';
import { decodeCursor, encodeCursor } from '../../pagination.ts';
import { matchesSearch } from '../../text-filter.ts';
import type { History } from '../history.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { createdByRestores, restoresBy } from '../restored.ts';
import { attributedChanges, markIn } from './attributed.ts';
import { askIndex, indexedPart, keyIn, keyOfChange, NOTHING } from './ask-index.ts';
import type { AuthorNames } from './authors.ts';
import { entriesOf, followedBy, shownOf, withoutFollowers, type ListedChange } from './change-entries.ts';
import { describeListed, findChanges } from './find-changes.ts';
import { ownersOf } from './owners.ts';

/** Changes that are read for each entry of a page at first: permissions that follow a resource are none. */
const FEW_MORE = 2;
/** Pages that are kept, of a few hundred changes each. */
const KEPT = 10;

type Query = z.output<typeof ChangesQuery>;

/** A page without what Grafana says about it. */
export interface FoundPage extends Pick<ChangePage, 'next' | 'total' | 'indexed' | 'counts' | 'permissions'> {
  listed: ListedChange[];
}

interface Entries extends Pick<ChangePage, 'counts' | 'permissions'> {
  found: ListedChanges;
  entries: ListedChange[][];
  more: boolean;
  followed: ReadonlySet<string>;
}

type Changes = Pick<ListedChanges, 'changes' | 'snapshots'>;

/** Changes, put together. */
interface Grouped {
  of: readonly ResourceChange[];
  /** Those of them that are no followers. */
  changes: ResourceChange[];
  entries: ListedChange[][];
  /** The keys of those that permissions follow. */
  followed: ReadonlySet<string>;
}

export interface ChangePagesParts {
  repositoryCache: RepositoryCache;
  clock: Clock;
  authors: AuthorNames;
  history: History;
}

/**
 * The changes of an organization, a page at a time. Each page reads most parts of the index, so the last ones are kept
 * as long as there are the same snapshots and restores.
 */
export class ChangePages {
  readonly #parts: ChangePagesParts;
  readonly #kept = new RecentValues<Promise<FoundPage>>(KEPT);
  /** What the pages that are kept were made of. */
  #basis = '';

  constructor(parts: ChangePagesParts) {
    this.#parts = parts;
  }

  /** @throws DK_USAGE for a cursor that is not valid */
  async find(query: Query, caller: Caller, signal: AbortSignal): Promise<FoundPage> {
    const snapshots = await this.#parts.repositoryCache.snapshots(signal);
    const read = (): Promise<FoundPage> => this.#read(query, snapshots, caller, signal);
    if (query.person?.trim()) {
      // Grafana may know more of people in a moment.
      return read();
    }
    const basis = await this.#basisOf(snapshots, signal);
    if (basis !== this.#basis) {
      this.#kept.clear();
      this.#basis = basis;
    }
    const key = JSON.stringify([caller, query]);
    const found = await this.#kept.use(key, read);
    if (found.indexed.pending > 0) {
      this.#kept.delete(key);
    }
    return found;
  }

  async #basisOf(snapshots: readonly SnapshotSummary[], signal: AbortSignal): Promise<string> {
    const { repositoryCache, history } = this.#parts;
    const restores = await history.since(
      '',
      ({ kind, finished }) => kind === 'restore' && finished !== undefined,
      signal,
    );
    const lines = [
      ...snapshots.map((one) => [one.id, one.foreign, one.future]),
      ...restores.map((one) => [one.id, one.status]),
    ];
    return JSON.stringify([repositoryCache.revision, lines]);
  }

  async #read(
    { cursor, limit, kind, folder, person, since, until }: Query,
    snapshots: readonly SnapshotSummary[],
    caller: Caller,
    signal: AbortSignal,
  ): Promise<FoundPage> {
    const { repositoryCache, history } = this.#parts;
    const returned = await createdByRestores(history, snapshots, caller, signal);
    const by = await this.#isBy(person, snapshots, caller, signal);
    const filter = { folder, kinds: kind, by, returned, since, until };
    const after = cursor === undefined ? undefined : cursorOf(cursor);
    const part = { limit, after: after?.key };
    const { found, entries, more, followed, ...counts } = await this.#entries(filter, part, caller, signal);
    const last = entries.at(-1)?.[0];
    // The same on each page: what the first one knows.
    const total = after?.total ?? found.total;
    let room = limit;
    const isDescribed = ({ version: { what, together } }: ListedChange): boolean =>
      together === undefined || what === 'deleted' || room-- > 0;
    const next = more && last !== undefined ? encodeCursor(`${total} ${keyOfChange(last.found)}`) : undefined;
    return {
      listed: await describeListed(repositoryCache, shownOf(entries, limit, followed), isDescribed, signal),
      total,
      indexed: indexedPart(found),
      ...compact({ next }),
      ...counts,
    };
  }

  /** The entries of a page. What belongs together, and what follows something else, is decided by whole snapshots. */
  async #entries(
    filter: Omit<ChangeFilter, 'org'>,
    { limit, after }: { limit: number; after: ChangeKey | undefined },
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Entries> {
    const { repositoryCache, clock } = this.#parts;
    const from = after && { ...after, kind: '', uid: '' };
    const isCounted = filter.since !== undefined && after === undefined;
    const isNext = ([first]: ListedChange[]): boolean =>
      first !== undefined &&
      (after === undefined || newestFirst(after, { ...first.found.ref, first: first.version.snapshots.first }) < 0);
    let grouped: Grouped | undefined;
    const isEnough = async (found: Changes): Promise<boolean> => {
      grouped = await this.#grouped(found, caller, signal);
      return grouped.entries.filter(isNext).length > limit;
    };
    let most = isCounted ? Infinity : FEW_MORE * (limit + 1);
    for (let step = most; ; step *= 2) {
      const part = { limit: most, after: from, whole: true, isEnough };
      const found = await findChanges({ repositoryCache, clock, signal }, askIndex, filter, part, caller);
      grouped = grouped?.of === found.changes ? grouped : await this.#grouped(found, caller, signal);
      const { changes, followed } = grouped;
      const entries = grouped.entries.filter(isNext);
      if (entries.length > limit || !found.more) {
        const total = found.total - (found.changes.length - changes.length);
        return {
          found: { ...found, total },
          entries: entries.slice(0, limit),
          more: entries.length > limit,
          followed,
          ...(isCounted
            ? {
                counts: countsOf(changes),
                permissions: countsOf(changes.filter((one) => followed.has(keyOfChange(one)))),
              }
            : {}),
        };
      }
      most = found.changes.length + step;
    }
  }

  async #grouped(found: Changes, caller: Caller, signal: AbortSignal): Promise<Grouped> {
    const all = await attributedChanges(found, this.#parts, caller, signal);
    const listed = withoutFollowers(all);
    const changes = listed.map((one) => one.found);
    const owners = await ownersOf(changes, (id) => this.#manifest(id, caller, signal));
    return { of: found.changes, changes, entries: entriesOf(listed, owners), followed: followedBy(all) };
  }

  /** Undefined for a snapshot that is gone, or can't be read. */
  async #manifest(id: string, caller: Caller, signal: AbortSignal): Promise<Manifest | undefined> {
    try {
      return manifestFor(await this.#parts.repositoryCache.manifest(id, signal), caller);
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
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
      this.#parts.authors.lookup(caller),
      restoresBy(person, this.#parts.history, caller, signal),
    ]);
    const snapshots = new Map(all.map((one) => [one.id, one]));
    const isTheirs = (name: string): boolean => name !== '' && matchesSearch(person, name);
    return (one) => {
      if (one.change.what !== 'deleted' && isTheirs(nameOf(one.change.state?.updatedBy ?? ''))) {
        return true;
      }
      const [version] = versionsBelow({ ...NOTHING, changes: [one], snapshots });
      const gone = version && goneOf(version);
      return gone === undefined
        ? version !== undefined && restoredBy(version, { ...one.ref, ...markIn(one) }) !== undefined
        : isTheirs(deletedBy(gone));
    };
  }
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

/** What a cursor says: the last change before the page, and the total of the first page. */
function cursorOf(cursor: string): { key: ChangeKey; total?: number | undefined } {
  const [, total, key = ''] = /^(?:(\d+) )?(.+)$/s.exec(decodeCursor(cursor)) ?? [];
  return { key: keyIn(key), total: total === undefined ? undefined : Number(total) };
}
