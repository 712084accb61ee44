import type { ResourceRef } from '../../../../contract/kinds.ts';
import { keyOf, type Thing } from '../../generations/thing.ts';
import type { HeadFile, NamesFile, Stated, TableFile } from '../files.ts';

/** A resource with the folders that it was ever in. */
export interface Placed {
  thing: Thing;
  folders: Set<string>;
  /** The snapshot that shows its last change, and whether that is known to be a deletion. */
  last: string;
  deleted: boolean;
  /** How many changes were put down; a few of them may be forgotten by now. */
  changes: number;
}

/** Resources of an organization with all that the index has about where they were. */
export function placedThings(
  org: number,
  { head, table, names }: { head: HeadFile; table: Pick<TableFile, 'snapshots'>; names: NamesFile | undefined },
): Map<string, Placed> {
  const found = new Map<string, Placed>();
  for (const [thing, , deleted, last, changes, places] of names?.names ?? []) {
    if (thing[0] === org) {
      const folders = new Set(places.flatMap((place) => names?.folders[place] ?? []));
      found.set(keyOf(thing), { thing, folders, last: table.snapshots[last]?.[0] ?? '', deleted, changes });
    }
  }
  for (const [at, thing, is] of head.changes) {
    if (thing[0] === org) {
      const known = found.get(keyOf(thing));
      found.set(keyOf(thing), withChange(known, thing, head.snapshots[at]?.[0] ?? '', is));
    }
  }
  return found;
}

function withChange(known: Placed | undefined, thing: Thing, last: string, is: Stated): Placed {
  const folders = known?.folders ?? new Set<string>();
  if (typeof is !== 'string' && is.folderUid !== undefined) {
    folders.add(is.folderUid);
  }
  return { thing, folders, last, deleted: is === 'deleted', changes: (known?.changes ?? 0) + 1 };
}

/** A folder, and every folder that was ever below it, with all that was ever in one of these. */
export function placedBelow(
  { uid }: Pick<ResourceRef, 'uid'>,
  all: readonly Placed[],
): { folders: ReadonlySet<string>; things: Placed[] } {
  const folders = foldersBelow(uid, all);
  const things = all.filter(
    ({ thing: [, kind, of], folders: inside }) =>
      (kind === 'folder' && of === uid) || [...inside].some((one) => folders.has(one)),
  );
  return { folders, things };
}

function foldersBelow(root: string, all: readonly Placed[]): ReadonlySet<string> {
  const inside = all.filter(({ thing: [, kind] }) => kind === 'folder');
  const found = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { thing, folders } of inside) {
      const [, , uid] = thing;
      if (!found.has(uid) && [...folders].some((one) => found.has(one))) {
        found.add(uid);
        grown = true;
      }
    }
  }
  return found;
}
