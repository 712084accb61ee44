import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { compact } from '../../pkg/contract/compact.ts';
import { call } from '../api/client.ts';
import { backupsUpTo, beforeDeletions, outermost, type Gone } from '../lib/gone.ts';

/** The most that the service returns in one response. Folders come first. */
const MOST = 500;
const DAY = 24 * 60 * 60_000;
/** Looking further back than this number of deletions costs more than it shows. */
const DELETIONS = 3;

/** @param restored - what restores have brought back is left out; changes with every restore */
function goneQuery(from: string, to: string, restored?: string) {
  return queryOptions({
    queryKey: ['diff', from, to, 'gone', restored],
    queryFn: async ({ signal }) => {
      const query = {
        from,
        to,
        change: 'removed',
        limit: MOST,
        hideRestored: restored === undefined ? 'false' : 'true',
        partial: 'true',
      } as const;
      const page = await call('GET /diff', { query, signal });
      const whole = new Set(page.errors.filter(({ uid }) => uid === '').map(({ kind }) => kind));
      // What could not be read on the later side only seems to be gone.
      const gone = outermost(
        page.items.filter(({ kind }) => !whole.has(kind)),
        page.from,
      );
      return { gone, isReading: page.reading !== undefined };
    },
    select: ({ gone }) => gone,
    refetchInterval: ({ state }) => (state.status !== 'error' && state.data?.isReading === true ? 2_000 : false),
    staleTime: 60_000,
    placeholderData: (previous) => previous,
  });
}

/** What the earlier side has and the later one lacks. */
export function useGone(from: string, to: string) {
  return useQuery({ ...goneQuery(from, to), enabled: from !== to });
}

export interface GoneLately {
  gone: Gone[];
  /** There is no earlier backup, so nothing is known about deletions. */
  isFirst: boolean;
  isPending: boolean;
  error: Error | null;
  refetch: () => void;
}

/**
 * What was deleted within the last day and is missing from the newest snapshot, each from the last one that holds it;
 * without what restores have brought back since.
 * @param lastRestore - the run of the newest one that has ended
 */
export function useGoneLately(newest: string, lastRestore: string | undefined): GoneLately {
  const restored = lastRestore ?? 'none';
  const recent = useQuery({
    queryKey: ['snapshots', 'before-deletions', newest],
    queryFn: async ({ signal }) => {
      const { items } = await call('GET /snapshots', { query: { limit: 100 }, signal });
      const befores = beforeDeletions(items, newest, Date.now() - DAY).slice(0, DELETIONS);
      return { befores, isFirst: backupsUpTo(items, newest).length < 2 };
    },
    staleTime: 60_000,
  });
  const { befores = [], isFirst = false } = recent.data ?? {};
  const queries = useQueries({ queries: befores.map(({ id }) => goneQuery(id, newest, restored)) });
  const gone = new Map<string, Gone>();
  const found = queries.flatMap(({ data = [] }, at) => data.map((one) => compact({ ...one, seen: befores[at]?.time })));
  for (const one of found) {
    const key = `${one.entry.org}/${one.entry.kind}/${one.entry.uid}`;
    gone.set(key, gone.get(key) ?? one);
  }
  return {
    gone: [...gone.values()],
    isFirst,
    isPending: recent.isPending || queries.some((query) => query.isPending),
    error: recent.error ?? queries.find((query) => query.error !== null)?.error ?? null,
    refetch: () => void Promise.all([recent.refetch(), ...queries.map((query) => query.refetch())]),
  };
}
