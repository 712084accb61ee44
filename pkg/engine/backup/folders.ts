import type { ManifestEntry } from '../../contract/manifest.ts';

/** Fills in the path of folder titles of every entry, outermost first. A broken or circular chain ends where it breaks. */
export function placeInFolders(entries: ManifestEntry[]): void {
  const folders = new Map<string, ManifestEntry>();
  for (const entry of entries) {
    if (entry.kind === 'folder') {
      folders.set(`${entry.org}/${entry.uid}`, entry);
    }
  }
  for (const entry of entries) {
    entry.folder = pathAbove(entry, folders).join(' / ');
  }
}

function pathAbove(entry: ManifestEntry, folders: ReadonlyMap<string, ManifestEntry>): string[] {
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
