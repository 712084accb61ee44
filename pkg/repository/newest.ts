import type { ObjectStore } from '../storage/store.ts';
import { compactTime, timeOfId, type NamedKey } from './layout.ts';

const DAY = 86_400_000;
/** No id is older than that. */
const EPOCH = Date.UTC(2020, 0);

/**
 * The newest keys of a folder whose names begin with a time, newest first. Listings only go forwards, so this looks
 * back over ever longer times until there are enough.
 */
export async function newestKeys(
  store: ObjectStore,
  folder: string,
  parse: (key: string) => NamedKey | undefined,
  options: { limit: number; now: Date; before?: string; signal?: AbortSignal },
): Promise<NamedKey[]> {
  const { limit, before, signal } = options;
  const end = before === undefined ? options.now : timeOfId(before);
  for (let days = 7; ; days *= 8) {
    const start = end.getTime() - days * DAY;
    const everything = limit === Infinity || !(start > EPOCH);
    const found = new Map<string, NamedKey>();
    const startAfter = everything ? undefined : `${folder}${compactTime(new Date(start))}`;
    for await (const { key } of store.list(folder, { startAfter, signal })) {
      const named = parse(key);
      if (named !== undefined && before !== undefined && named.id >= before) {
        break;
      }
      if (named !== undefined) {
        found.set(named.id, named);
      }
    }
    if (everything || found.size >= limit) {
      return [...found.values()].reverse().slice(0, limit);
    }
  }
}
