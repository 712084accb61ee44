import type { QueryClient } from '@tanstack/react-query';
import { hitsOf, searchFilters } from '../data/useTextSearch.ts';
import { changeFilters, changesOf } from '../data/useVersions.ts';

/** Begins to read what takes a page longest, while the code of that page is still loading. */
export function beginEarly(client: QueryClient, { pathname, search }: { pathname: string; search: string }): void {
  const parameters = new URLSearchParams(search);
  const read = (name: string) => parameters.get(name) ?? '';
  const begin = (queryKey: unknown[], load: (cursor: undefined, signal: AbortSignal) => Promise<unknown>) =>
    void client.prefetchInfiniteQuery({
      queryKey,
      queryFn: ({ signal }) => load(undefined, signal),
      initialPageParam: undefined,
    });
  if (pathname.endsWith('/changes')) {
    const { key, load } = changesOf(changeFilters(read));
    begin(key, load);
  } else if (pathname.endsWith('/history/search')) {
    const { key, load, isAsked } = hitsOf(searchFilters(read));
    if (isAsked) {
      begin(key, load);
    }
  }
}
