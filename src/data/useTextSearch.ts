import type { SearchHit, SearchPage } from '../../pkg/contract/api/search.ts';
import { call } from '../api/client.ts';
import { usePages } from './pages.ts';

/** Fewer than in other lists: each has several lines. */
const HITS_AT_ONCE = 20;

/** How often it is asked again, in milliseconds, while older snapshots are still being read. */
const REFRESH_EVERY = 5_000;

/** A shorter text is in almost everything, and the service refuses it. */
const SHORTEST = 2;

/** What is searched for, as the address says it. */
export interface SearchFilters {
  text: string;
  /** Comma-separated. */
  kinds: string;
  deleted: boolean;
}

/** What the address searches for. */
export function searchFilters(read: (name: string) => string): SearchFilters {
  return { text: read('q'), kinds: read('kind'), deleted: read('deleted') === 'true' };
}

/** How the results are read, page by page. Nothing is asked while there are too few letters. */
export function hitsOf({ text, kinds, deleted }: SearchFilters) {
  const q = text.trim();
  return {
    key: ['search', q, kinds, deleted],
    load: (cursor: string | undefined, signal: AbortSignal) =>
      call('GET /search', {
        query: {
          q,
          kind: kinds || undefined,
          deleted: deleted ? 'true' : undefined,
          cursor,
          limit: HITS_AT_ONCE,
        },
        signal,
      }),
    isAsked: q.length >= SHORTEST,
  };
}

/** Texts in the newest and in past versions. */
export function useTextSearch(filters: SearchFilters) {
  const { key, load, isAsked } = hitsOf(filters);
  const list = usePages<SearchHit, SearchPage>(key, load, {
    enabled: isAsked,
    refreshEvery: (_, first) => ((first?.indexed.pending ?? 0) > 0 ? REFRESH_EVERY : 0),
  });
  return { ...list, isAsked };
}
