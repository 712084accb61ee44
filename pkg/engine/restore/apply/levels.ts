import type { PlannedItem } from '../types.ts';

/** Resources of the same kind that lie in one another (folders) go level by level, parents first. */
export function levelsOf(items: PlannedItem[]): PlannedItem[][] {
  const byUid = new Map(items.map((item) => [item.uid, item]));
  const levels: PlannedItem[][] = [];
  for (const item of items) {
    const depth = depthOf(item, byUid);
    (levels[depth] ??= []).push(item);
  }
  return levels.filter((level) => level !== undefined);
}

function depthOf(item: PlannedItem, byUid: ReadonlyMap<string, PlannedItem>): number {
  const seen = new Set<string>();
  let parent = item.kind === 'folder' ? item.entry?.folderUid : undefined;
  while (parent !== undefined && !seen.has(parent) && byUid.has(parent)) {
    seen.add(parent);
    parent = byUid.get(parent)?.entry?.folderUid;
  }
  return seen.size;
}
