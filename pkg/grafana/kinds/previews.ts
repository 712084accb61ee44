/** Folder of temporary copies that show dashboards as they were. */
export const PREVIEW_FOLDER = { uid: 'dashkeep-previews', title: 'Dashkeep previews' } as const;

/** What the uids of temporary copies begin with. */
export const PREVIEW_UID_PREFIX = 'dashkeep-preview-';

/** Whether something is a temporary copy, or its permissions: never part of a backup or comparison. */
export function isPreview({ uid }: { uid: string }): boolean {
  return uid.startsWith(PREVIEW_UID_PREFIX);
}

interface Placed {
  org: number;
  uid: string;
  folderUid?: string | undefined;
}

/**
 * The folder of copies, and its permissions, in each org where nobody has put anything else into it: as little part of
 * a backup as the copies are. Where somebody has, a restore needs the folder.
 * @param all - everything that was read, without copies
 */
export function unusedPreviewFolders<T extends Placed>(all: readonly T[]): Set<T> {
  const used = new Set<number>();
  for (const { org, uid, folderUid } of all) {
    if (folderUid === PREVIEW_FOLDER.uid && uid !== PREVIEW_FOLDER.uid) {
      used.add(org);
    }
  }
  return new Set(all.filter(({ org, uid }) => uid === PREVIEW_FOLDER.uid && !used.has(org)));
}
