import { language } from './i18n.ts';
import type { SnapshotTree } from '../../pkg/contract/api/snapshots.ts';

/** A line of the folder tree: an org, or a folder at its depth. */
export interface TreeLine {
  id: string;
  org: number;
  /** Undefined for the org itself. */
  uid?: string;
  title: string;
  depth: number;
  count: number;
  hasChildren: boolean;
}

/** Folders below their parents; one whose parent is not in the snapshot is at the top. Only opened ones show theirs. */
export function treeLines(tree: SnapshotTree, opened: ReadonlySet<string>): TreeLine[] {
  const children = new Map<string, SnapshotTree['folders']>();
  const known = new Set(tree.folders.map((folder) => `${folder.org}/${folder.uid}`));
  for (const folder of tree.folders) {
    const parent = `${folder.org}/${folder.parentUid ?? ''}`;
    const key = folder.parentUid !== undefined && known.has(parent) ? parent : `${folder.org}/`;
    children.set(key, [...(children.get(key) ?? []), folder]);
  }
  const lines: TreeLine[] = [];
  const add = (key: string, depth: number): void => {
    for (const folder of children.get(key) ?? []) {
      const id = `${folder.org}/${folder.uid}`;
      const hasChildren = children.has(id);
      const { org, uid, title, total } = folder;
      lines.push({ id, org, uid, title, depth, count: total, hasChildren });
      if (hasChildren && opened.has(id)) {
        add(id, depth + 1);
      }
    }
  };
  for (const org of tree.orgs) {
    const id = `${org.id}/`;
    const several = tree.orgs.length > 1;
    if (several) {
      lines.push({ id, org: org.id, title: org.name, depth: 0, count: org.total, hasChildren: children.has(id) });
    }
    add(id, several ? 1 : 0);
  }
  return lines;
}

/** `org/uid` of the tree; the uid may hold slashes. */
export function splitFolder(id: string): [org: number | undefined, uid: string | undefined] {
  const slash = id.indexOf('/');
  return slash < 0 ? [undefined, undefined] : [Number(id.slice(0, slash)), id.slice(slash + 1) || undefined];
}

interface Folder {
  org?: number;
  uid: string;
  title: string;
  parentUid?: string;
}

/** Folders with the titles of those above them, for a picker; one whose parent is not known is at the top. */
export function folderOptions<T extends Folder>(folders: readonly T[]): (T & { path: string })[] {
  const keyOf = (org: number | undefined, uid: string) => `${org}/${uid}`;
  const known = new Map(folders.map((folder) => [keyOf(folder.org, folder.uid), folder]));
  const pathOf = (folder: T, seen: Set<string>): string => {
    const above = folder.parentUid === undefined ? undefined : known.get(keyOf(folder.org, folder.parentUid));
    if (above === undefined || seen.has(above.uid)) {
      return folder.title;
    }
    return `${pathOf(above, seen.add(folder.uid))} / ${folder.title}`;
  };
  return folders
    .map((folder) => ({ ...folder, path: pathOf(folder, new Set()) }))
    .sort((a, b) => a.path.localeCompare(b.path, language()));
}
