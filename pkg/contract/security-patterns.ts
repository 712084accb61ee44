import type { SecurityChange } from './plan.ts';
import type { KindName } from './kinds.ts';

interface Changing {
  kind: KindName;
  changes: readonly SecurityChange[];
}

/** Resources of one kind in which the same changes are made to who may see or receive what. */
export interface SecurityPattern<T extends Changing> extends Changing {
  /** At least one. */
  resources: readonly T[];
}

/** Groups what is the same in every value. The rarest come first: one that differs must not hide behind hundreds. */
export function securityPatterns<T extends Changing>(resources: readonly T[]): SecurityPattern<T>[] {
  const groups = new Map<string, Changing & { resources: T[] }>();
  for (const resource of resources) {
    const { kind, changes } = resource;
    const key = JSON.stringify([kind, changes.map(({ code, params }) => [code, Object.entries(params).sort()])]);
    const group = groups.get(key) ?? { kind, changes, resources: [] };
    group.resources.push(resource);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => a.resources.length - b.resources.length);
}
