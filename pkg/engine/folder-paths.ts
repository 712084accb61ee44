import type { ResourceProblem } from '../contract/manifest.ts';
import type { DiffItem } from '../contract/plan.ts';
import { kindOf } from '../grafana/kinds/registry.ts';
import { shortText } from '../lib/short-text.ts';

/** A resource as people are shown it, and where it lies. */
type Placed = DiffItem & { folderUid?: string | undefined };
type Named = Pick<ResourceProblem, 'org' | 'kind' | 'uid'> & { title?: string };

/**
 * Fills in what people know a resource by: the path of folder titles above it, outermost first, and for what belongs to
 * another resource (permissions) the title of that one. A broken or circular chain of folders ends where it breaks.
 */
export function placeAndName(entries: Placed[]): void {
  const folders = new Map<string, Placed>();
  for (const entry of entries) {
    if (entry.kind === 'folder') {
      folders.set(`${entry.org}/${entry.uid}`, entry);
    }
  }
  // One text for all that lie in a folder: in a large snapshot the paths would take as much room as the titles.
  const paths = new Map<string, string>();
  for (const entry of entries) {
    const parent = `${entry.org}/${entry.folderUid ?? ''}`;
    const path = paths.get(parent) ?? shortText(pathAbove(entry, folders).join(' / '));
    paths.set(parent, path);
    entry.folder = path;
  }
  nameAfterOwners(entries, entries);
}

/** Gives what belongs to another resource the title of that one, where `known` holds it. */
export function nameAfterOwners(named: Named[], known: readonly Placed[]): void {
  const owned = named.filter(({ kind }) => kindOf(kind).owner !== undefined);
  if (owned.length === 0) {
    return;
  }
  const titles = new Map(known.map(({ org, kind, uid, title }) => [`${org}/${kind}/${uid}`, title]));
  for (const entry of owned) {
    const title = titles.get(`${entry.org}/${kindOf(entry.kind).owner}/${entry.uid}`);
    if (title !== undefined) {
      entry.title = title;
    }
  }
}

function pathAbove(entry: Placed, folders: ReadonlyMap<string, Placed>): string[] {
  const titles: string[] = [];
  const seen = new Set<string>();
  let uid = entry.folderUid;
  while (uid !== undefined && !seen.has(uid)) {
    seen.add(uid);
    const folder = folders.get(`${entry.org}/${uid}`);
    titles.unshift(folder?.title ?? uid);
    uid = folder?.folderUid;
  }
  return titles;
}
