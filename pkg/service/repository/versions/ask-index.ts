import type { ResourceVersion, VersionPage } from '../../../contract/api/versions.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { Clock } from '../../../contract/ports.ts';
import type { ChangeKey } from '../../../repository/index/versions/below/below.ts';
import type { IndexedPart } from '../../../repository/index/versions/version-index.ts';
import type { Repository } from '../../../repository/repository.ts';
import type { IndexWait, Versions } from '../../../repository/repository.types.ts';
import { isSameOrg, type Caller } from '../../organizations/caller.ts';
import type { RepositoryCache } from '../repository-cache.ts';
import { withTimeLimit } from '../../../lib/time-limit.ts';

/** How long a request waits for an index to be built. Building continues after that. */
const WAIT_MS = 5_000;

/** What is known where there is no repository yet. */
export const NOTHING: Versions<never> = { changes: [], snapshots: new Map(), indexed: 0, pending: 0, unreadable: 0 };

export interface IndexAsker {
  repositoryCache: RepositoryCache;
  clock: Clock;
  signal: AbortSignal;
}

/** Asks the index, which may have to be made first; without a repository there is nothing. */
export function askIndex<T>(
  asker: IndexAsker,
  caller: Caller,
  ask: (repository: Repository, wait: IndexWait) => Promise<T>,
  nothing: T,
): Promise<T> {
  return withTimeLimit(asker.clock, WAIT_MS, asker.signal, (within) =>
    askWholeIndex(asker, caller, (repository, wait) => ask(repository, { ...wait, within }), nothing),
  );
}

/** The same, however long the index takes. */
export function askWholeIndex<T>(
  { repositoryCache, signal }: Omit<IndexAsker, 'clock'>,
  caller: Caller,
  ask: (repository: Repository, wait: IndexWait) => Promise<T>,
  nothing: T,
): Promise<T> {
  return repositoryCache.use(signal, async (target) => {
    const repository = await target.openIfThere(signal);
    return repository === undefined ? nothing : ask(repository, { signal, isSameOrg: isSameOrg(caller) });
  });
}

/** Stays the same when versions are added. */
export function keyOfVersion({ snapshots, resource }: ResourceVersion): string {
  return `${snapshots.first} ${resource?.kind ?? ''}/${resource?.uid ?? ''}`;
}

/** The same of a change in the index. */
export function keyOfChange({
  ref: { kind, uid },
  change: { snapshots },
}: {
  ref: { kind: string; uid: string };
  change: Pick<ResourceVersion, 'snapshots'>;
}): string {
  return `${snapshots.first} ${kind}/${uid}`;
}

/** What such a key in a cursor says. @throws DK_USAGE if it is not valid */
export function keyIn(key: string): ChangeKey {
  const [, first, kind, uid] = /^(\S+) ([^/]+)\/(.+)$/s.exec(key) ?? [];
  if (first === undefined || kind === undefined || uid === undefined) {
    throw new DashkeepError('DK_USAGE', 'the cursor is not valid: start without one');
  }
  return { first, kind, uid };
}

/** @returns how much of the history an answer is made from */
export function indexedPart({ indexed, pending, unreadable }: IndexedPart): VersionPage['indexed'] {
  return { snapshots: indexed, pending, unreadable };
}
