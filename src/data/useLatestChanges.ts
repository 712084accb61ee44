import { useQuery } from '@tanstack/react-query';
import type { ChangePage } from '../../pkg/contract/api/changes.ts';
import type { SnapshotRow } from '../../pkg/contract/api/snapshots.ts';
import { call } from '../api/client.ts';
import { backupsUpTo } from '../lib/gone.ts';

/** How often it is asked again, in milliseconds: older snapshots may still be read, and newer ones come. */
export const REFRESH_EVERY = 15_000;

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
