import { stringAt, type Json } from '../lib/json/json.ts';
import { ifFound } from './http/errors.ts';
import { isScratchOrg } from './orgs.ts';
import type { Kind, KindContext, Listed } from './kinds/kind.ts';
import type { KnownPreview, KnownPreviews } from './known-previews.ts';

/**
 * What the UIDs of temporary copies and of their folders begin with. Anyone can give such a UID: it only says that the
 * record is worth reading.
 */
export const PREVIEW_UID_PREFIX = 'dashkeep-preview-';

/**
 * Whether a listed resource is a temporary copy that is still where it was created, or belongs to one. Never decided by
 * what others can choose, such as the UID alone. An organization is one by its name, which only its Admins can choose.
 */
export async function isPreview(
  context: KindContext,
  { name, owner = name }: Pick<Kind, 'name' | 'owner'>,
  { uid, folderUid }: Listed,
): Promise<boolean> {
  if (name === 'org') {
    return isScratchOrg(uid);
  }
  if (owner !== 'dashboard' || !uid.startsWith(PREVIEW_UID_PREFIX)) {
    return false;
  }
  const copy = (await knownFor(context, name)).find(({ dashboard }) => dashboard === uid);
  return copy !== undefined && copy.folder === folderUid && (await isAtRoot(context, copy.folder));
}

/** Whether a listed folder is that of a temporary copy, where it was created. */
export async function isPreviewFolder(context: KindContext, { uid, folderUid }: Listed): Promise<boolean> {
  return (
    folderUid === undefined &&
    uid.startsWith(PREVIEW_UID_PREFIX) &&
    (await knownFor(context, 'folder')).some(({ folder }) => folder === uid)
  );
}

/** Read when the list of a kind shows the first of such a UID: what is in the list before that was recorded earlier. */
function knownFor(context: KindContext, kind: string): Promise<readonly KnownPreview[]> {
  return context.memo(`previews for ${kind}`, async () => context.previews?.of(context.org.id) ?? []);
}

function isAtRoot(context: KindContext, folder: string): Promise<boolean> {
  return context.memo(`preview folder ${folder} at the root`, async () => {
    const found = await ifFound(context.grafana.get(folderPath(folder), { signal: context.signal }));
    return found !== undefined && isRootFolder(found);
  });
}

/** The path of a folder in the API. */
export function folderPath(uid: string): string {
  return `/api/folders/${encodeURIComponent(uid)}`;
}

/** Whether a folder, as the API returns it, is in no other one. */
export function isRootFolder(folder: Json): boolean {
  return (stringAt(folder, 'parentUid') ?? '') === '';
}

interface Placed {
  org: number;
  kind: Kind['name'];
  uid: string;
  folderUid?: string | undefined;
}

/**
 * The folders of temporary copies with their permissions, of those that hold nothing else: as little part of a backup
 * as the copies are. Where someone put something else into one, a restore needs the folder.
 * @param all - everything that was read, without copies
 */
export async function unusedPreviewFolders<T extends Placed>(
  all: readonly T[],
  previews: KnownPreviews | undefined,
): Promise<Set<T>> {
  const alike = all.filter(
    ({ kind, uid, folderUid }) => kind === 'folder' && folderUid === undefined && uid.startsWith(PREVIEW_UID_PREFIX),
  );
  const unused = new Set<string>();
  for (const org of new Set(alike.map((one) => one.org))) {
    const known = new Set((await previews?.of(org))?.map(({ folder }) => folder));
    alike.filter((one) => one.org === org && known.has(one.uid)).forEach(({ uid }) => unused.add(`${org} ${uid}`));
  }
  if (unused.size === 0) {
    return new Set();
  }
  for (const { org, uid, folderUid } of all) {
    if (folderUid !== uid) {
      unused.delete(`${org} ${folderUid ?? ''}`);
    }
  }
  const ofFolders = all.filter(({ kind }) => kind === 'folder' || kind === 'folder-permissions');
  return new Set(ofFolders.filter(({ org, uid }) => unused.has(`${org} ${uid}`)));
}
