import type { z } from 'zod';
import type { ChangePage, ChangesQuery } from '../../../contract/api/changes.ts';
import type { ResourceVersion } from '../../../contract/api/versions.ts';
import { compact } from '../../../contract/compact.ts';
import { isWholeResource, KIND_NAMES, SERVER_KINDS } from '../../../contract/kinds.ts';
import type { Clock } from '../../../contract/ports.ts';
import { describeSeveral, goneOf, versionsBelow } from '../../../engine/versions/resource-versions.ts';
import { listChanges } from '../../../repository/index/versions/ask-versions.ts';
import type { BelowPart, ChangeFilter, ResourceChange } from '../../../repository/index/versions/below/below.ts';
import type { ListedChanges, Versions } from '../../../repository/repository.types.ts';
import type { Caller } from '../../organizations/caller.ts';
import { encodeCursor, holds } from '../../pagination.ts';
import type { AuthorNames } from './authors.ts';
import type { History } from '../history.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { leftByRestores, withRestores } from '../restored.ts';
import { askIndex, askWholeIndex, indexedPart, keyIn, keyOfChange, NOTHING } from './ask-index.ts';

/** Kinds of the whole server appear on no page. */
const KINDS = KIND_NAMES.filter((kind) => !SERVER_KINDS.has(kind));

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
    { cursor, limit, kind, folder, person }: z.output<typeof ChangesQuery>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<ChangePage> {
    const filter = { folder, kinds: kind, by: await this.#isBy(person, caller) };
    const found = await this.#find(
      askIndex,
      filter,
      { limit, after: cursor === undefined ? undefined : keyIn(cursor) },
      caller,
      signal,
    );
    const last = found.changes.at(-1);
    const described = await this.#withFolders(await this.#described(found, limit, signal), caller, signal);
    const items = await this.#withReturns(described, caller, signal);
    const refOf = ({ resource }: ResourceVersion) => ({ org: caller.org, kind: '', uid: '', ...resource });
    const restored = await withRestores(items, refOf, this.#history, caller, signal);
    return {
      items: await this.#authors.named(restored, caller, (one) => goneOf(one)),
      ...compact({ next: found.more && last !== undefined ? encodeCursor(keyOfChange(last)) : undefined }),
      total: found.total,
      indexed: indexedPart(found),
    };
  }

  /** Names the folder with which each was deleted. */
  #withFolders(items: readonly ResourceVersion[], caller: Caller, signal: AbortSignal): Promise<ResourceVersion[]> {
    const asker = { repositoryCache: this.#repositoryCache, clock: this.#clock, signal };
    const known = new Map<string, Promise<Versions>>();
    const versionsOf = (uid: string): Promise<Versions> => {
      const ref = { org: caller.org, kind: 'folder', uid } as const;
      const asked = known.get(uid) ?? askIndex(asker, caller, (target, wait) => target.versions(ref, wait), NOTHING);
      known.set(uid, asked);
      return asked;
    };
    const named = async (item: ResourceVersion): Promise<ResourceVersion> => {
      const { what, resource, snapshots, folderUid } = item;
      let uid = resource?.kind === 'folder' ? resource.uid : folderUid;
      let deletedFolder: ResourceVersion['deletedFolder'];
      const seen = new Set<string>();
      while (what === 'deleted' && uid !== undefined && uid !== '' && !seen.has(uid)) {
        seen.add(uid);
        const { changes } = await versionsOf(uid);
        const deletion = changes.find((one) => one.what === 'deleted' && one.snapshots.first === snapshots.first);
        deletedFolder = deletion?.before === undefined ? deletedFolder : { uid, title: deletion.before.title };
        uid = deletion?.before?.folderUid;
      }
      return deletedFolder === undefined ? item : { ...item, deletedFolder };
    };
    return Promise.all(items.map(named));
  }

  /** Marks the deletions of what is back. */
  async #withReturns(
    items: readonly ResourceVersion[],
    { org }: Caller,
    signal: AbortSignal,
  ): Promise<ResourceVersion[]> {
    const times = items.flatMap(({ what, time }) => (what === 'deleted' ? time : []));
    const [earliest] = times.sort();
    if (earliest === undefined) {
      return [...items];
    }
    const isLeft = await leftByRestores(this.#history, earliest, signal);
    const deletedAgain = new Set<string>();
    return items.map((item) => {
      const { what, until, time, resource } = item;
      if (what !== 'deleted' || resource === undefined) {
        return item;
      }
      const isRestored = isWholeResource(resource) ? isLeft({ org, ...resource }, time) : undefined;
      const key = `${resource.kind}/${resource.uid}`;
      if ((isRestored ?? until !== undefined) && !deletedAgain.has(key)) {
        return { ...item, back: true };
      }
      deletedAgain.add(key);
      return item;
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
    const found = await this.#find(askWholeIndex, { since: snapshot }, { limit: limits.listed }, caller, signal);
    const described = await this.#described(found, limits.described, signal);
    const items = await this.#authors.named(described, caller, (one) => goneOf(one));
    return { items, total: found.total - (found.changes.length - items.length) };
  }

  async #isBy(person = '', caller: Caller): Promise<ChangeFilter['by']> {
    if (person.trim() === '') {
      return undefined;
    }
    const nameOf = await this.#authors.lookup(caller);
    return (author) => author !== '' && holds(person, nameOf(author) ?? author);
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

  /** The first ones with what changed, the others without. */
  async #described(listed: ListedChanges, most: number, signal: AbortSignal): Promise<ResourceVersion[]> {
    const found = { ...listed, changes: withoutFollowers(listed.changes) };
    const all = versionsBelow(found);
    const read = (object: string): Promise<string> => this.#repositoryCache.object(object, signal);
    const first = await describeSeveral(all.slice(0, most), found.changes, { read, signal });
    return [...first, ...all.slice(most)];
  }
}

/** Leaves out permissions that were created, moved or deleted with their resource: no one changed them. */
function withoutFollowers(changes: readonly ResourceChange[]): ResourceChange[] {
  const placed = new Set(changes.filter(isOnlyPlaced).map(keyOfChange));
  return changes.filter((one) => {
    const { kind } = one.ref;
    const owner = { ...one, ref: { ...one.ref, kind: kind.replace(/-permissions$/, '') } };
    return owner.ref.kind === kind || !isOnlyPlaced(one) || !placed.has(keyOfChange(owner));
  });
}

/** Whether it exists or is elsewhere, without another content. */
function isOnlyPlaced({ change: { what, state, before } }: ResourceChange): boolean {
  return what !== 'changed' || (state?.object === before?.object && state?.folderUid !== before?.folderUid);
}
