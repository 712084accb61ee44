/** Folder of temporary copies that show dashboards as they were. */
export const PREVIEW_FOLDER = { uid: 'dashkeep-previews', title: 'Dashkeep previews' } as const;

/** What the uids of temporary copies begin with. */
export const PREVIEW_UID_PREFIX = 'dashkeep-preview-';

/**
 * Whether something is a temporary copy, its folder, or permissions of either: never part of a backup or comparison.
 */
export function isPreview({ uid }: { uid: string }): boolean {
  return uid === PREVIEW_FOLDER.uid || uid.startsWith(PREVIEW_UID_PREFIX);
}
