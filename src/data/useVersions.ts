import { useQuery } from '@tanstack/react-query';
import type { ChangePage, ChangesQuery } from '../../pkg/contract/api/changes.ts';
import type { SnapshotRow } from '../../pkg/contract/api/snapshots.ts';
import type { ResourceVersion, VersionPage } from '../../pkg/contract/api/versions.ts';
import type { NamedRef } from '../../pkg/contract/kinds.ts';
import { call } from '../api/client.ts';
import { backupsUpTo } from '../lib/gone.ts';
import { usePages } from './pages.ts';

/** How many are requested together: for each, what changed is read from its content. */
const VERSIONS_AT_ONCE = 20;

/** How often it is asked again, in milliseconds: older snapshots may still be read, and newer ones come. */
const REFRESH_EVERY = 15_000;

/** Every version of a resource that a backup holds, newest first; of a folder with what is below it, if asked for. */
export function useVersions({ org, kind, uid }: NamedRef, below: boolean) {
  return usePages<ResourceVersion, VersionPage>(
    ['versions', org, kind, uid, below],
    (cursor, signal) =>
      call('GET /resources/:org/:kind/:uid/versions', {
        params: { org, kind, uid },
        query: { cursor, limit: VERSIONS_AT_ONCE, below: below ? 'true' : 'false' },
        signal,
      }),
    { refreshEvery: () => REFRESH_EVERY },
  );
}

export type ChangeFilters = Pick<ChangesQuery, 'kind' | 'folder' | 'person'>;

/** The changes of all resources, newest first. */
export function useChanges(filters: ChangeFilters) {
  return usePages<ResourceVersion, ChangePage>(
    ['versions', 'changes', filters],
    (cursor, signal) => call('GET /changes', { query: { ...filters, cursor, limit: VERSIONS_AT_ONCE }, signal }),
    { refreshEvery: () => REFRESH_EVERY },
  );
}

/** How many of the latest changes are shown. */
const LATEST = 5;

interface LatestChanges {
  /** The backup before the newest one; absent with a first backup. */
  before?: SnapshotRow;
  found?: ChangePage;
}

/** What changed between the newest backup and the one before. */
export function useLatestChanges(newest: string) {
  return useQuery({
    queryKey: ['versions', 'latest', newest],
    queryFn: async ({ signal }): Promise<LatestChanges> => {
      const { items } = await call('GET /snapshots', { query: { limit: 100 }, signal });
      const [, before] = backupsUpTo(items, newest);
      if (before === undefined) {
        return {};
      }
      const query = { since: before.id, until: newest, limit: LATEST };
      return { before, found: await call('GET /changes', { query, signal }) };
    },
    refetchInterval: ({ state }) => ((state.data?.found?.indexed.pending ?? 0) > 0 ? REFRESH_EVERY : false),
    staleTime: 60_000,
  });
}
