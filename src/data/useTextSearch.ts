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

/** Texts in the newest and in past versions. Nothing is asked while there are too few letters. */
export function useTextSearch({ text, kinds, deleted }: SearchFilters) {
  const q = text.trim();
  const isAsked = q.length >= SHORTEST;
  const list = usePages<SearchHit, SearchPage>(
    ['search', q, kinds, deleted],
    (cursor, signal) =>
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
    { enabled: isAsked, refreshEvery: (_, first) => ((first?.indexed.pending ?? 0) > 0 ? REFRESH_EVERY : 0) },
  );
  return { ...list, isAsked };
}
