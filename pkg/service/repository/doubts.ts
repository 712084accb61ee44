import { compact } from '../../contract/compact.ts';
import { isRegularBackup, countsNow, type SnapshotSummary } from '../../contract/manifest.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';
import { refusedByClocks } from '../../repository/snapshots/future.ts';
import type { RepositoryCache } from './repository-cache.ts';

/** Why the newest snapshot that is listed may not be the newest, or no backup can follow it. */
export interface NewestDoubts {
  /** Why backups are refused, by the clocks. */
  clocks?: DashkeepError | undefined;
  /** ID of the newest snapshot, where only a newer version can read it. */
  newer?: string | undefined;
}

/**
 * @param snapshots - all that are listed, newest first
 * @param grafanaAhead - milliseconds that Grafana's clock is ahead, if known
 * @returns nothing before the first backup, which creates the repository
 */
export function doubtsOfNewest(
  repositoryCache: RepositoryCache,
  snapshots: readonly SnapshotSummary[],
  grafanaAhead: number | undefined,
  signal: AbortSignal,
): Promise<NewestDoubts> {
  const newest = snapshots.find((one) => countsNow(one) && isRegularBackup(one));
  return repositoryCache
    .read(signal, async (repository): Promise<NewestDoubts> => {
      const clocks = await refusedByClocks(repository, newest?.id, compact({ grafanaAhead, signal }));
      return compact({ clocks, newer: repository.index.newerThan(snapshots[0]?.id) });
    })
    .catch(valueIf(hasCode('DK_REPOSITORY_MISSING'), {}));
}
