import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DiffEntry, DiffPage, DiffQuery } from '../../pkg/contract/api/diff.ts';
import type { SnapshotRow } from '../../pkg/contract/api/snapshots.ts';
import type { NamedRef } from '../../pkg/contract/kinds.ts';
import { call } from '../api/client.ts';
import { backupsUpTo, withoutCompanions } from '../lib/gone.ts';
import { PAGE_SIZE, usePages } from './pages.ts';

export type DiffFilters = Pick<DiffQuery, 'change' | 'kind' | 'search'>;

/** `from` is a snapshot; `to` a snapshot or `live`. While live is read, it has what was found so far. */
export function useDiff(from: string, to: string, filters: DiffFilters) {
  return usePages<DiffEntry, DiffPage>(
    ['diff', from, to, filters],
    (cursor, signal) =>
      call('GET /diff', { query: { from, to, ...filters, partial: 'true', cursor, limit: PAGE_SIZE }, signal }),
    {
      enabled: from !== '' && to !== '',
      refreshEvery: (_items, first) => (first?.reading === undefined ? 0 : 1_000),
      untilDone: true,
    },
  );
}

/** Reads Grafana again, instead of showing what was read a moment ago. */
export function useRefreshLive(from: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('GET /diff', { query: { from, to: 'live', refresh: 'true', partial: 'true', limit: 1 } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['diff'] }),
  });
}

export function useResourceDiff(from: string, to: string, ref: NamedRef, enabled = true) {
  return useQuery({
    queryKey: ['diff', 'resource', from, to, ref],
    queryFn: ({ signal }) => call('GET /diff/resource', { query: { from, to, ...ref }, signal }),
    enabled,
  });
}

/** How many of the latest changes are shown, and how many are requested for that: some go with others. */
const LATEST = 5;
const OF_LATEST = 50;

interface LatestChanges {
  /** The backup before the newest one; absent with a first backup. */
  before?: SnapshotRow;
  /** What differs between the two, what was saved last first. */
  diff?: DiffPage;
}

/** What the newest backup changed since the one before; Grafana is not read for that. */
export function useLatestChanges(newest: string) {
  return useQuery({
    queryKey: ['diff', 'latest', newest],
    queryFn: async ({ signal }): Promise<LatestChanges> => {
      const { items } = await call('GET /snapshots', { query: { limit: 100 }, signal });
      const [, before] = backupsUpTo(items, newest);
      if (before === undefined) {
        return {};
      }
      const query = { from: before.id, to: newest, order: 'newest', limit: OF_LATEST } as const;
      const diff = await call('GET /diff', { query, signal });
      const changes = withoutCompanions(diff.items);
      const count = (change: DiffEntry['change']) => changes.filter((one) => one.change === change).length;
      // With more than these, only the service knows their number.
      const counts =
        diff.next === undefined
          ? { added: count('added'), changed: count('changed'), removed: count('removed') }
          : diff.counts;
      return { before, diff: { ...diff, counts, items: changes.slice(0, LATEST) } };
    },
    staleTime: 60_000,
  });
}
