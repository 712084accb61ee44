import type { z } from 'zod';
import type { VersionPage, VersionsQuery } from '../../contract/api/versions.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import { compact } from '../../contract/compact.ts';
import { isWholeResource, type KindName, type NamedRef, type ResourceRef } from '../../contract/kinds.ts';
import type { Clock } from '../../contract/ports.ts';
import { ruleHistory, ruleReader } from '../../engine/rules/rule-versions.ts';
import { neverSeen } from '../../engine/versions/near-matches.ts';
import { describeVersions, versionsOf } from '../../engine/versions/resource-versions.ts';
import type { Versions } from '../../repository/repository.types.ts';
import { isOf, type Caller } from '../organizations/caller.ts';
import { pageOfList } from '../page.ts';
import type { RepositoryCache } from './repository-cache.ts';

/** How long a request waits for an index that has to be made first. It is made to the end all the same. */
const WAIT_MS = 5_000;

const GROUP: KindName = 'alert-rule-group';

interface Followed {
  found: Versions;
  /** The kind whose words say what changed in what `read` reads. */
  describedAs: KindName;
  read: (object: string) => Promise<string>;
  /** Uid of the group that holds a rule. */
  group?: string;
}

/** What became of single resources, as one organization may see it. */
export class ResourceVersions {
  readonly #repositoryCache: RepositoryCache;
  readonly #clock: Clock;

  constructor(repositoryCache: RepositoryCache, clock: Clock) {
    this.#repositoryCache = repositoryCache;
    this.#clock = clock;
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
    const { found, describedAs, read, group } = await this.#followed(ref, caller, signal);
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
      items,
      org: ref.org,
      kind,
      uid,
      ...compact({ group }),
      title: (newest?.state ?? newest?.before)?.title ?? '',
      deleted: newest?.what === 'deleted',
      indexed: { snapshots: found.indexed, pending: found.pending, unreadable: found.unreadable },
    };
  }

  /** The history of a resource; of a rule, that of the group that holds it, as far as it concerns the rule. */
  async #followed(ref: NamedRef, caller: Caller, signal: AbortSignal): Promise<Followed> {
    const read = (object: string): Promise<string> =>
      this.#repositoryCache.use(signal, (work) => work.object(object, signal));
    if (isWholeResource(ref)) {
      return { found: await this.#found(ref, signal), describedAs: ref.kind, read };
    }
    const { org, uid } = ref;
    const nothing = await this.#found({ org, kind: GROUP, uid: '' }, signal);
    const [newest, seen] = await this.#repositoryCache.use(signal, (work) =>
      Promise.all([work.manifest('latest', signal), work.everSeen(signal)]),
    );
    const versions = (group: ResourceRef): Promise<Versions> => this.#found(group, signal);
    const own = seen.filter((one) => isOf(caller, one));
    const history = await ruleHistory({ org, uid }, { newest, seen: own, versions, read });
    return {
      found: history?.versions ?? nothing,
      describedAs: GROUP,
      read: ruleReader(uid, read),
      ...compact({ group: history?.group.uid }),
    };
  }

  async #found(ref: ResourceRef, signal: AbortSignal): Promise<Versions> {
    const timer = new AbortController();
    const waited = this.#clock.sleep(WAIT_MS, AbortSignal.any([signal, timer.signal])).catch(() => undefined);
    try {
      return await this.#repositoryCache.use(signal, (work) => work.versions(ref, waited, signal));
    } finally {
      timer.abort();
    }
  }

  /** Whatever is another organization's might as well not exist. */
  async #neverSeen({ org, kind, uid }: NamedRef, caller: Caller, signal: AbortSignal): Promise<DashkeepError> {
    const seen = await this.#repositoryCache.use(signal, (work) => work.everSeen(signal));
    const own = seen.filter((one) => isOf(caller, one));
    return neverSeen({ org, kind, uid }, own);
  }
}
