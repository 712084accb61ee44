import { isJsonObject, RawJson, type Json, type JsonObject } from '../../lib/json/json.ts';

/** One value that differs, with its path. */
export interface Leaf {
  path: string[];
  before: Json | undefined;
  after: Json | undefined;
}

/** Whether two values are the same JSON, whatever the order of members; absent is not null. */
export function same(before: Json | undefined, after: Json | undefined): boolean {
  if (before === after) {
    return true;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((item, at) => same(item, after[at]));
  }
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = Object.keys(before);
    return (
      keys.length === Object.keys(after).length &&
      keys.every((key) => Object.hasOwn(after, key) && same(before[key], after[key]))
    );
  }
  return before instanceof RawJson && after instanceof RawJson && before.text === after.text;
}

/**
 * The values that differ: members of objects one by one, also of one that the other side lacks; lists whole unless they
 * are equally long.
 */
export function leavesOf(before: Json | undefined, after: Json | undefined, path: string[] = []): Leaf[] {
  if (same(before, after)) {
    return [];
  }
  const [old, fresh] = [membersOf(before), membersOf(after)];
  if (old !== undefined && fresh !== undefined) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
    // An empty object has no members that distinguish it from an absent one.
    return keys.length === 0
      ? [{ path, before, after }]
      : keys.flatMap((key) => leavesOf(old[key], fresh[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, at) => leavesOf(item, after[at], [...path, String(at)]));
  }
  return [{ path, before, after }];
}

function membersOf(value: Json | undefined): JsonObject | undefined {
  return value === undefined ? {} : isJsonObject(value) ? value : undefined;
}

/**
 * The differing places by name, shortest first and each once: of `legend.calcs.0` and `legend.calcs.1` just
 * `legend.calcs`.
 */
export function namesOf(leaves: readonly Leaf[], depth = 3): string {
  const names = leaves.map(({ path }) =>
    path
      .filter((part) => !/^\d+$/.test(part))
      .slice(0, depth)
      .join('.'),
  );
  return [...new Set(names)].join(', ');
}
