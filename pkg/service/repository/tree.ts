import { append } from '../../lib/append.ts';
import type { SnapshotTree, TreeFolder } from '../../contract/api/snapshots.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { goesWith, kindOf } from '../../grafana/kinds/registry.ts';

/** How many resources there are of each kind. */
export function contentOf(manifest: Pick<Manifest, 'resources'>): Partial<Record<KindName, number>> {
  const content: Partial<Record<KindName, number>> = {};
  for (const { kind } of manifest.resources) {
    content[kind] = (content[kind] ?? 0) + 1;
  }
  return content;
}

const keyOf = (org: number, uid: string): string => `${org}/${uid}`;

/**
 * Finds the folder that an entry is in, or that it says something about (permissions of a folder); of annotations and
 * public dashboards, that of their dashboard: they are restored with it.
 */
export function folderFinder({ resources }: Pick<Manifest, 'resources'>): (entry: ManifestEntry) => string | undefined {
  const dashboards = resources.filter(({ kind }) => kind === 'dashboard');
  const folders = new Map(dashboards.map(({ org, uid, folderUid }) => [keyOf(org, uid), folderUid]));
  return ({ org, kind, uid, folderUid, facts }) =>
    folderUid || folders.get(keyOf(org, kind === 'annotation' ? String(facts?.['of'] ?? '') : ownerOf(kind, uid)));
}

/** UID of the dashboard that a resource belongs to; empty for what belongs to none. */
function ownerOf(kind: KindName, uid: string): string {
  return goesWith(kindOf(kind)) === 'dashboard' ? uid : '';
}

/** The folders of a snapshot with what is in each, and below it. */
export function treeOf(manifest: Manifest): SnapshotTree {
  const folders = new Map<string, TreeFolder>();
  for (const { org, kind, uid, title, folderUid } of manifest.resources) {
    if (kind === 'folder') {
      folders.set(keyOf(org, uid), {
        org,
        uid,
        title,
        direct: 0,
        // It is part of what the list of it shows, and of what a restore of it brings back.
        total: 1,
        ...(folderUid ? { parentUid: folderUid } : {}),
      });
    }
  }
  for (const folder of folders.values()) {
    if (folder.parentUid !== undefined && !folders.has(keyOf(folder.org, folder.parentUid))) {
      delete folder.parentUid;
    }
  }
  const orgs = new Map(manifest.orgs.map(({ id, name }) => [id, { id, name, root: 0, total: 0 }]));
  const find = folderFinder(manifest);
  for (const entry of manifest.resources) {
    const org = orgs.get(entry.org) ?? { id: entry.org, name: '', root: 0, total: 0 };
    orgs.set(entry.org, org);
    org.total++;
    const own = folders.get(keyOf(entry.org, entry.folderUid ?? ''));
    if (own === undefined) {
      org.root++;
    } else {
      own.direct++;
    }
    const folder = folders.get(keyOf(entry.org, find(entry) ?? ''));
    for (const above of folder === undefined ? [] : withParents(folder, folders)) {
      above.total++;
    }
  }
  return { orgs: [...orgs.values()], folders: inOrder([...folders.values()]) };
}

/** The folder and all above it; ends where a damaged snapshot would go in circles. */
function* withParents(folder: TreeFolder, folders: ReadonlyMap<string, TreeFolder>): Generator<TreeFolder> {
  const seen = new Set<string>();
  for (let at: TreeFolder | undefined = folder; at !== undefined && !seen.has(at.uid);) {
    seen.add(at.uid);
    yield at;
    at = at.parentUid === undefined ? undefined : folders.get(keyOf(at.org, at.parentUid));
  }
}

/** Parents before children, in the order of titles. */
function inOrder(folders: TreeFolder[]): TreeFolder[] {
  const children = new Map<string, TreeFolder[]>();
  for (const folder of folders.sort(
    (a, b) => a.org - b.org || a.title.localeCompare(b.title) || (a.uid < b.uid ? -1 : 1),
  )) {
    const parent = folder.parentUid === undefined ? '' : keyOf(folder.org, folder.parentUid);
    children.set(parent, [...(children.get(parent) ?? []), folder]);
  }
  const ordered: TreeFolder[] = [];
  const seen = new Set<TreeFolder>();
  const stack = [...(children.get('') ?? [])].reverse();
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    seen.add(folder);
    ordered.push(folder);
    append(stack, (children.get(keyOf(folder.org, folder.uid)) ?? []).toReversed());
  }
  // Folders that are each other's parents are shown all the same.
  return [...ordered, ...folders.filter((folder) => !seen.has(folder))];
}

/** The uids of a folder and of every folder below it. */
export function folderAndBelow(manifest: Manifest, org: number | undefined, uid: string): Set<string> {
  const children = new Map<string, string[]>();
  for (const entry of manifest.resources) {
    if (entry.kind === 'folder' && (org === undefined || entry.org === org) && entry.folderUid) {
      children.set(entry.folderUid, [...(children.get(entry.folderUid) ?? []), entry.uid]);
    }
  }
  const found = new Set<string>();
  const stack = [uid];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (!found.has(at)) {
      found.add(at);
      append(stack, children.get(at) ?? []);
    }
  }
  return found;
}
