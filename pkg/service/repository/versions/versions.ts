import type { z } from 'zod';
import type { ResourceVersion, VersionPage, VersionsQuery } from '../../../contract/api/versions.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { compact } from '../../../contract/compact.ts';
import { isWholeResource, type NamedRef } from '../../../contract/kinds.ts';
import type { Clock } from '../../../contract/ports.ts';
import { neverSeen } from '../../../engine/versions/near-matches.ts';
import {
  describeSeveral,
  describeVersions,
  goneOf,
  versionsBelow,
  versionsOf,
} from '../../../engine/versions/resource-versions.ts';
import { versionsOfResource, type FollowedVersions } from '../../../operations/versions.ts';
import type { Repository } from '../../../repository/repository.ts';
import type { VersionChange } from '../../../repository/index/versions/timeline.ts';
import type { IndexWait, SeenResource, Versions as FoundVersions } from '../../../repository/repository.types.ts';
import { isOf, isSameOrg, type Caller } from '../../organizations/caller.ts';
import { decodeCursor, encodeCursor, pageOfList } from '../../pagination.ts';
import { askIndex, indexedPart, keyIn, keyOfVersion, NOTHING } from './ask-index.ts';
import type { AuthorNames } from './authors.ts';
import type { History } from '../history.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import type { Side } from '../resource-diff.ts';
import { withRestores, withUndos } from '../restored.ts';

/** What became of single resources, as one organization may see it. */
export class ResourceVersions {
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

  /** @throws DK_NOT_FOUND for what the caller's organization never had, as for what is another's */
  async page(
    ref: NamedRef,
    query: z.output<typeof VersionsQuery>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<VersionPage> {
    const { kind, uid } = ref;
    if (!isOf(caller, ref)) {
      throw await this.#neverSeen(ref, caller, signal);
    }
    const { found, kind: describedAs, read, group } = await this.#followed(ref, caller, signal);
    if (found.changes.length === 0 && found.pending === 0) {
      throw await this.#neverSeen(ref, caller, signal);
    }
    const changes = found.changes.toReversed();
    const page = pageOfList(versionsOf(found), ({ snapshots }) => snapshots.first, query);
    const of = new Map(changes.map((change) => [change.snapshots.first, change]));
    const shown = page.items.flatMap(({ snapshots }) => of.get(snapshots.first) ?? []);
    const items =
      query.changes === 'false'
        ? page.items
        : await describeVersions(page.items, shown, { kind: describedAs, read, signal });
    const [newest] = changes;
    return {
      ...page,
      items: await this.#saved(items, ref, caller, signal),
      org: ref.org,
      kind,
      uid,
      ...compact({ group }),
      title: (newest?.state ?? newest?.before)?.title ?? '',
      deleted: newest?.what === 'deleted',
      indexed: indexedPart(found),
    };
  }

  /** The last snapshot of the newest version with a content and folder, if there is one. Not of a single rule. */
  async holding(
    ref: NamedRef,
    { text, folderUid }: Side,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (!isWholeResource(ref)) {
      return undefined;
    }
    const ask = (repository: Repository, wait: IndexWait): Promise<FoundVersions> => repository.versions(ref, wait);
    const { changes } = await this.#waiting(caller, signal, ask, NOTHING);
    const object = await this.#repositoryCache.read(signal, async (repository) => repository.objectId(text));
    const isSame = ({ state }: VersionChange): boolean => state?.object === object && state.folderUid === folderUid;
    return changes.findLast(isSame)?.snapshots.last;
  }

  /**
   * The changes of a folder and of all that is or was below it.
   * @throws DK_USAGE for what is no folder, DK_NOT_FOUND as above
   */
  async pageBelow(
    ref: NamedRef,
    query: z.output<typeof VersionsQuery>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<VersionPage> {
    const { org, kind, uid } = ref;
    if (kind !== 'folder') {
      throw new DashkeepError('DK_USAGE', `no resources are inside a ${kind}`, { advice: reason('omit-below') });
    }
    if (!isOf(caller, ref)) {
      throw await this.#neverSeen(ref, caller, signal);
    }
    const { limit } = query;
    const part = {
      limit,
      ...compact({ after: query.cursor === undefined ? undefined : keyIn(decodeCursor(query.cursor)) }),
    };
    const found = await this.#waiting(
      caller,
      signal,
      (repository, wait) => repository.versionsBelow({ org, kind, uid }, { ...part, ...wait }),
      { ...NOTHING, changes: [], total: 0, more: false },
    );
    const { changes, own, more, total } = found;
    if (own === undefined && found.pending === 0) {
      throw await this.#neverSeen(ref, caller, signal);
    }
    const versions = versionsBelow(found);
    const last = versions.at(-1);
    const read = this.#reader(signal);
    const items = query.changes === 'false' ? versions : await describeSeveral(versions, changes, { read, signal });
    return {
      items: await this.#saved(items, ref, caller, signal),
      ...compact({ next: more && last !== undefined ? encodeCursor(keyOfVersion(last)) : undefined }),
      total,
      ...{ org, kind, uid },
      title: (own?.state ?? own?.before)?.title ?? '',
      deleted: own?.what === 'deleted',
      indexed: indexedPart(found),
    };
  }

  /** With who saved or deleted each. */
  async #saved(
    items: readonly ResourceVersion[],
    ref: NamedRef,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<ResourceVersion[]> {
    const refOf = ({ resource }: ResourceVersion) => ({ ...ref, ...resource });
    const restored = await withRestores(items, refOf, this.#history, caller, signal);
    const named = await this.#authors.named(restored, caller, (one) => goneOf(one, refOf(one)));
    const isGone = ({ what }: ResourceVersion): boolean => what === 'deleted';
    return withUndos(named, isGone, refOf, this.#history, caller, signal);
  }

  #followed(ref: NamedRef, caller: Caller, signal: AbortSignal): Promise<FollowedVersions> {
    return versionsOfResource(ref, {
      versions: (one) => this.#waiting(caller, signal, (repository, wait) => repository.versions(one, wait), NOTHING),
      everSeen: () => this.#everSeen(caller, signal),
      newest: () => this.#repositoryCache.manifest('latest', signal),
      read: this.#reader(signal),
    });
  }

  #reader(signal: AbortSignal): (object: string) => Promise<string> {
    return (object) => this.#repositoryCache.object(object, signal);
  }

  #waiting<T>(
    caller: Caller,
    signal: AbortSignal,
    ask: (repository: Repository, wait: IndexWait) => Promise<T>,
    nothing: T,
  ): Promise<T> {
    return askIndex({ repositoryCache: this.#repositoryCache, clock: this.#clock, signal }, caller, ask, nothing);
  }

  /** What any snapshot holds or held of the caller's organization. */
  async #everSeen(caller: Caller, signal: AbortSignal): Promise<SeenResource[]> {
    const seen = await this.#repositoryCache.use(signal, async (target) =>
      (await target.openIfThere(signal))?.everSeen({ signal, isSameOrg: isSameOrg(caller) }),
    );
    return (seen ?? []).filter((one) => isOf(caller, one));
  }

  /** Whatever is another organization's might as well not exist. */
  async #neverSeen({ org, kind, uid }: NamedRef, caller: Caller, signal: AbortSignal): Promise<DashkeepError> {
    return neverSeen({ org, kind, uid }, await this.#everSeen(caller, signal));
  }
}
