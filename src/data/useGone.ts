import { useQuery } from '@tanstack/react-query';
import { call } from '../api/client.ts';
import { backupsUpTo, beforeDeletions, keyOf, outermost, type Gone } from '../lib/gone.ts';

/** The most that the service returns in one response. Folders come first. */
const MOST = 500;
const DAY = 24 * 60 * 60_000;
/** Looking further back than this number of deletions costs more than it shows. */
const DELETIONS = 3;

/**
 * What the earlier side has and the later one lacks.
 * @param hideRestored - whether what restores have brought back is left out
 */
async function readGone(from: string, to: string, hideRestored: 'true' | 'false', signal: AbortSignal) {
  const query = { from, to, change: 'removed', limit: MOST, hideRestored, partial: 'true' } as const;
  const page = await call('GET /diff', { query, signal });
  const whole = new Set(page.errors.filter(({ uid }) => uid === '').map(({ kind }) => kind));
  // What could not be read on the later side only seems to be gone.
  const entries = page.items.filter(({ kind }) => !whole.has(kind));
  return { entries, from: page.from, isCut: page.next !== undefined, isReading: page.reading !== undefined };
}

/** What the earlier side has and the later one lacks. */
export function useGone(from: string, to: string) {
  return useQuery({
    queryKey: ['diff', from, to, 'gone'],
    queryFn: ({ signal }) => readGone(from, to, 'false', signal),
    select: ({ entries, from: id, isCut }) => outermost(entries, id, isCut),
    refetchInterval: ({ state }) => (state.status !== 'error' && state.data?.isReading === true ? 2_000 : false),
    staleTime: 60_000,
    placeholderData: (previous) => previous,
    enabled: from !== to,
  });
}

/**
 * What was deleted within the last day and is missing from the newest snapshot, each from the last one that holds it;
 * without what restores have brought back since. `isFirst` if there is no earlier backup, so that nothing is known
 * about deletions; `times` are those of the newest snapshots.
 * @param lastRestore - the run of the newest one that has ended
 */
export function useGoneLately(newest: string, lastRestore: string | undefined) {
  return useQuery({
    queryKey: ['diff', 'gone-lately', newest, lastRestore],
    queryFn: async ({ signal }) => {
      const { items } = await call('GET /snapshots', { query: { limit: 100 }, signal });
      const befores = beforeDeletions(items, newest, Date.now() - DAY).slice(0, DELETIONS);
      const found = await Promise.all(befores.map(({ id }) => readGone(id, newest, 'true', signal)));
      const seen = new Set<string>();
      const gone = found.flatMap(({ entries, from, isCut }, index) => {
        const rest = entries.filter((entry) => !seen.has(keyOf(entry)) && seen.add(keyOf(entry)));
        return outermost(rest, from, isCut).map((one): Gone => ({ ...one, seen: befores[index]?.time ?? '' }));
      });
      return {
        gone,
        isFirst: backupsUpTo(items, newest).length < 2,
        times: items.map(({ time }) => time),
      };
    },
    staleTime: 60_000,
  });
}
