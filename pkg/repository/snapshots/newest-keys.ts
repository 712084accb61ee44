import type { ObjectStore } from '../../storage/store.ts';
import { compactTime, timeOfId, type NamedKey } from '../layout.ts';

/** A key of a folder whose names begin with a time. */
export type TimedKey = NamedKey & { size: number; lastModified: Date };

const DAY = 86_400_000;
/** Of what is known already, as much is listed again as leaves room on one page of a listing for what is new. */
const ONE_PAGE = 900;
/** Names younger than the newest known one by less than that are listed again: clocks differ. */
const LISTED_AGAIN = 7 * DAY;
/** No id is older than that. */
const EPOCH = Date.UTC(2020, 0);

/**
 * Where a listing begins that looks again whether the newest of the ids, oldest first, are there and what came since.
 * Ids from the future do not move it forward: what is new now would be left out.
 * @returns undefined when there are so few that all of them fit.
 */
export function listAgainFrom(ids: readonly string[], now: Date): string | undefined {
  const end = compactTime(now);
  const newest = ids.findLast((id) => id < end) ?? ids[0];
  const page = ids.at(-ONE_PAGE);
  if (newest === undefined || page === undefined || page === ids[0]) {
    return undefined;
  }
  const days = compactTime(new Date(timeOfId(newest).getTime() - LISTED_AGAIN));
  return days > page ? days : page;
}

/**
 * The newest keys of a folder whose names begin with a time, newest first. Listings only go forwards, so this looks
 * back over ever longer times until there are enough.
 */
export async function newestKeys(
  store: ObjectStore,
  folder: string,
  parse: (key: string) => NamedKey | undefined,
  options: { limit: number; now: Date; before?: string; signal?: AbortSignal },
): Promise<TimedKey[]> {
  const { limit, before, signal } = options;
  const end = before === undefined ? options.now : timeOfId(before);
  for (let days = 7; ; days *= 8) {
    const start = end.getTime() - days * DAY;
    const everything = limit === Infinity || !(start > EPOCH);
    const found = new Map<string, TimedKey>();
    const startAfter = everything ? undefined : `${folder}${compactTime(new Date(start))}`;
    for await (const { key, size, lastModified } of store.list(folder, { startAfter, signal })) {
      const named = parse(key);
      if (named !== undefined && before !== undefined && named.id >= before) {
        break;
      }
      if (named !== undefined) {
        found.set(named.id, { ...named, size, lastModified, ...(found.has(named.id) ? { both: true } : {}) });
      }
    }
    if (everything || found.size >= limit) {
      return [...found.values()].reverse().slice(0, limit);
    }
  }
}
