import type { Run } from '../../contract/api/runs.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/runs.ts';
import { grafanaOf, writtenTo } from '../../engine/restore/exclusive.ts';
import { wroteTo, type NamedGrafana } from '../../grafana/server-identity.ts';
import { withInstance } from '../../operations/grafana.ts';
import type { Caller } from '../organizations/caller.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';

/** Milliseconds that a page waits for Grafana to show its keys. */
const LONGEST_MS = 3_000;

/**
 * Why a restore cannot be undone: its safety snapshot is gone, or it wrote to another Grafana. Nothing where that is
 * not known. The safety snapshot of a connection is in the repository of that connection.
 */
export async function undoObstacles(
  repositoryCache: RepositoryCache,
  record: RunRecord,
  caller: Caller,
  signal: AbortSignal,
): Promise<Pick<Run, 'snapshotGone' | 'otherGrafana'>> {
  const { snapshot, connection } = record;
  if (snapshot === undefined || connection !== undefined) {
    return {};
  }
  try {
    const there = writtenTo(record, await repositoryCache.manifest(snapshot, signal));
    const here = there && (await grafanaHere(repositoryCache, caller, signal));
    return here === undefined || there === undefined || wroteTo(here, there) ? {} : { otherGrafana: there.url };
  } catch (error) {
    signal.throwIfAborted();
    return asDashkeepError(error).code === 'DK_NOT_FOUND' ? { snapshotGone: true } : {};
  }
}

/** The Grafana of the service; undefined if it does not respond soon. */
async function grafanaHere(
  repositoryCache: RepositoryCache,
  caller: Caller,
  signal: AbortSignal,
): Promise<NamedGrafana | undefined> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const link = await repositoryCache.use(signal, async (target) => target.grafanaOf(caller));
  try {
    return await withInstance(link, within, (instance) => grafanaOf({ instance, signal: within }));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
