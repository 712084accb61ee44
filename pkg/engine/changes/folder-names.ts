import type { Manifest } from '../../contract/manifest.ts';

/** The path of a folder by its uid, from what snapshots hold; the uid itself of one that none of them does. */
export function folderNames(manifests: readonly Pick<Manifest, 'resources'>[], org: number): (uid: string) => string {
  const names = new Map<string, string>();
  for (const { resources } of manifests) {
    for (const entry of resources) {
      if (entry.kind === 'folder' && entry.org === org && !names.has(entry.uid)) {
        names.set(entry.uid, entry.folder === '' ? entry.title : `${entry.folder} / ${entry.title}`);
      }
    }
  }
  return (uid) => names.get(uid) ?? uid;
}
