import type { SecurityChange } from './plan.ts';
import type { KindName } from './kinds.ts';

interface Changing {
  kind: KindName;
  changes: readonly SecurityChange[];
}

/** Resources of one kind, and the changes to who may see or receive what that are made in all of them. */
export interface SecurityPattern<T extends Changing> extends Changing {
  /** At least one. */
  resources: readonly T[];
}

/**
 * Groups what is the same in every value, so that each change is named once for all resources of a kind. The rarest
 * come first: one that differs must not hide behind hundreds.
 */
export function securityPatterns<T extends Changing>(resources: readonly T[]): SecurityPattern<T>[] {
  const found = new Map<string, { change: SecurityChange; kind: KindName; places: number[]; resources: T[] }>();
  for (const [place, resource] of resources.entries()) {
    const { kind, changes } = resource;
    for (const change of changes) {
      const key = JSON.stringify([kind, change.code, Object.entries(change.params).sort()]);
      const one = found.get(key) ?? { change, kind, places: [], resources: [] };
      if (one.places.at(-1) !== place) {
        one.places.push(place);
        one.resources.push(resource);
      }
      found.set(key, one);
    }
  }
  const patterns = new Map<string, SecurityPattern<T> & { changes: SecurityChange[] }>();
  for (const { change, kind, places, resources: same } of found.values()) {
    const pattern = patterns.get(places.join()) ?? { kind, changes: [], resources: same };
    pattern.changes.push(change);
    patterns.set(places.join(), pattern);
  }
  return [...patterns.values()].sort((a, b) => a.resources.length - b.resources.length);
}
