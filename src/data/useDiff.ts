import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DiffEntry, DiffPage, DiffQuery } from '../../pkg/contract/api/diff.ts';
import type { NamedRef } from '../../pkg/contract/kinds.ts';
import { call } from '../api/client.ts';
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
