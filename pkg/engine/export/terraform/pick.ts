import type { JsonObject } from '../../../lib/json/json.ts';

/** Members under other names; absent ones and null stay absent. */
export function pick(given: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  const members = Object.entries(names).map(([from, to]) => [to, given[from] ?? null] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== null));
}
