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

/** Folders below their parents; one whose parent is not in the snapshot stands at the top. Only opened ones show theirs. */
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

/** Every folder with the titles of those above it, for a picker. */
export function folderOptions(
  tree: SnapshotTree | undefined,
): { id: string; uid: string; path: string; count: number }[] {
  const paths = new Map<string, string>();
  return (tree?.folders ?? []).map(({ org, uid, title, parentUid, total }) => {
    const above = parentUid === undefined ? undefined : paths.get(`${org}/${parentUid}`);
    const path = above === undefined ? title : `${above} / ${title}`;
    paths.set(`${org}/${uid}`, path);
    return { id: `${org}/${uid}`, uid, path, count: total };
  });
}
