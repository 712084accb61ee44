import type { ResourceVersion } from '../../../contract/api/versions.ts';
import { KIND_NAMES, SERVER_KINDS } from '../../../contract/kinds.ts';
import { describeSeveral } from '../../../engine/versions/resource-versions.ts';
import { listChanges, type ChangePart } from '../../../repository/index/versions/ask-versions.ts';
import type { ChangeFilter, ResourceChange } from '../../../repository/index/versions/below/below.ts';
import type { ListedChanges } from '../../../repository/repository.types.ts';
import type { Caller } from '../../organizations/caller.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { NOTHING, type askIndex, type IndexAsker } from './ask-index.ts';
import type { ListedChange } from './change-entries.ts';

/** Kinds of the whole server appear on no page. */
const KINDS = KIND_NAMES.filter((kind) => !SERVER_KINDS.has(kind));

/** Changes of the caller's organization, as the index has them. @param ask - how long to wait for it */
export function findChanges(
  asker: IndexAsker,
  ask: typeof askIndex<ListedChanges>,
  { kinds = KINDS, ...filter }: Omit<ChangeFilter, 'org'>,
  part: ChangePart,
  caller: Caller,
): Promise<ListedChanges> {
  const own = { ...filter, org: caller.org, kinds: kinds.filter((kind) => KINDS.includes(kind)) };
  const nothing = { ...NOTHING, changes: [], total: 0, more: false };
  return ask(asker, caller, (repository, wait) => listChanges(repository, own, { ...part, ...wait }), nothing);
}

/** Each change with the version that it led to. */
export function listedOf(changes: readonly ResourceChange[], versions: readonly ResourceVersion[]): ListedChange[] {
  return versions.flatMap((version, at) => {
    const found = changes[at];
    return found === undefined ? [] : [{ found, version }];
  });
}

/** With what changed, as far as that is wanted. */
export async function describeListed(
  repositoryCache: RepositoryCache,
  listed: readonly ListedChange[],
  isWanted: (one: ListedChange) => boolean,
  signal: AbortSignal,
): Promise<ListedChange[]> {
  const read = (object: string): Promise<string> => repositoryCache.object(object, signal);
  const wanted = listed.filter(isWanted);
  const versions = wanted.map(({ version }) => version);
  const changes = wanted.map(({ found }) => found);
  const described = await describeSeveral(versions, changes, { read, signal });
  const by = new Map(described.map((version, at) => [versions[at], version]));
  return listed.map((one) => ({ ...one, version: by.get(one.version) ?? one.version }));
}

/** Names the resource of a version. */
export function refIn({ org }: Caller): (version: ResourceVersion) => { org: number; kind: string; uid: string } {
  return ({ resource }) => ({ org, kind: '', uid: '', ...resource });
}
