import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Page } from '../../pkg/contract/api/common.ts';

/** Rows per request: few enough to arrive immediately, enough to scroll. */
export const PAGE_SIZE = 100;

export interface PagedList<T> {
  items: T[];
  total: number;
  isPending: boolean;
  error: Error | null;
  refetch: () => void;
  /** Asks for the rows that follow, unless they are on their way or there are none. */
  loadMore: () => void;
}

interface PagesOptions<T, P> {
  enabled?: boolean;
  refreshEvery?: (items: T[], first?: P) => number;
  /** It is refreshed only while it is made: after scrolling, too, but not after an error. */
  untilDone?: boolean;
}

/** A list that is read page by page as it is scrolled. `refreshEvery`: milliseconds for its first page; 0 is never. */
export function usePages<T, P extends Page<T> = Page<T>>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<P>,
  { enabled, refreshEvery, untilDone }: PagesOptions<T, P> = {},
): PagedList<T> & { first?: P; hasMore: boolean; refreshError: Error | null } {
  const query = useInfiniteQuery<P, Error, InfiniteData<P>, readonly unknown[], string | undefined>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: (last) => last.next,
    placeholderData: (previous) => previous,
    enabled,
    // After scrolling, every page would be read again.
    refetchInterval: ({ state }) =>
      refreshEvery === undefined ||
      (untilDone === true ? state.status === 'error' : (state.data?.pages.length ?? 0) > 1)
        ? false
        : refreshEvery(state.data?.pages[0]?.items ?? [], state.data?.pages[0]),
  });
  const { data, fetchNextPage, hasNextPage, isFetching, isPending, error, refetch } = query;
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    first: data?.pages[0],
    hasMore: hasNextPage,
    total: data?.pages[0]?.total ?? 0,
    isPending,
    error: data === undefined ? error : null,
    refreshError: data === undefined ? null : error,
    refetch: () => void refetch(),
    loadMore: () => {
      if (hasNextPage && !isFetching) {
        void fetchNextPage();
      }
    },
  };
}
