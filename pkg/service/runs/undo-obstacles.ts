import type { Run } from '../../contract/api/runs.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import type { RunRecord } from '../../contract/runs.ts';
import { grafanaOf, writtenTo } from '../../engine/restore/exclusive.ts';
import { wroteTo, type NamedGrafana } from '../../grafana/server-identity.ts';
import { withInstance, type GrafanaLink } from '../../operations/grafana.ts';
import type { Connections } from '../connections/connections.ts';
import type { Caller } from '../organizations/caller.ts';
import type { RepositoryCache } from '../repository/repository-cache.ts';

/** Milliseconds that a page waits for Grafana to show its keys. */
const LONGEST_MS = 3_000;

/**
 * Why a restore cannot be undone: its safety snapshot is gone, or it wrote to another Grafana. Nothing where that is
 * not known.
 * @param record - of a restore that went to a connection, as the repository of the connection has it
 */
export async function undoObstacles(
  { repositoryCache, connections }: { repositoryCache: RepositoryCache; connections: Connections },
  record: RunRecord,
  caller: Caller,
  signal: AbortSignal,
): Promise<Pick<Run, 'snapshotGone' | 'otherGrafana'>> {
  const { snapshot, connection } = record;
  const cache = connection === undefined ? repositoryCache : connections.repositoryOf(connection, caller);
  if (snapshot === undefined || cache === undefined) {
    return {};
  }
  try {
    const there = writtenTo(record, await cache.manifest(snapshot, signal));
    const link = (): Promise<GrafanaLink> =>
      connection === undefined
        ? repositoryCache.use(signal, async (target) => target.grafanaOf(caller))
        : Promise.resolve(connections.linkOf(connections.find(connection, caller)));
    const here = there && (await grafanaBehind(link, signal));
    return here === undefined || there === undefined || wroteTo(here, there) ? {} : { otherGrafana: there.url };
  } catch (error) {
    signal.throwIfAborted();
    return asDashkeepError(error).code === 'DK_NOT_FOUND' ? { snapshotGone: true } : {};
  }
}

/** The Grafana behind a link; undefined if it does not respond soon. */
async function grafanaBehind(link: () => Promise<GrafanaLink>, signal: AbortSignal): Promise<NamedGrafana | undefined> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const to = await link();
  try {
    return await withInstance(to, within, (instance) => grafanaOf({ instance, signal: within }));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
