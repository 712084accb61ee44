import type { KindName } from '../../../contract/kinds.ts';
import { DEFAULT_GRANTS } from '../../../grafana/kinds/access/permissions/defaults.ts';
import { grantsIn, joinGrants, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';

/** The folders of an organization with their own permissions, as they are at some point. */
export interface FolderAccess {
  /** Uid of the folder above; '' at the root, undefined where it is not known. */
  parentOf(folder: string): Promise<string | undefined>;
  /** What the folder's own permissions give; undefined where it is not known. */
  grantsOf(folder: string): Promise<Grants | undefined>;
}

export const NO_GRANTS: Grants = new Map();

/** What Viewers and Editors get at the root: in a new folder or dashboard, and in every library panel. */
const AT_ROOT = grantsIn({ permissions: DEFAULT_GRANTS });

/** What Grafana gives to something new, until its permissions are restored. */
export function grantsOfNew(kind: KindName, folder: string): Grants {
  return folder === '' && (kind === 'folder' || kind === 'dashboard') ? AT_ROOT : NO_GRANTS;
}

/**
 * What a folder and all above it give to what is in it: Grafana adds permissions up along the chain. The root gives
 * nothing, except for library panels (api/accesscontrol.go, `fixed:library.panels:general.*`).
 * @returns undefined where some of it is not known.
 */
export async function grantsAlong(access: FolderAccess, kind: KindName, folder: string): Promise<Grants | undefined> {
  const chain: Grants[] = kind === 'library-panel' && folder === '' ? [AT_ROOT] : [];
  const seen = new Set<string>();
  for (let at: string | undefined = folder; at !== '' && !seen.has(at);) {
    const [own, parent]: [Grants | undefined, string | undefined] = await Promise.all([
      access.grantsOf(at),
      access.parentOf(at),
    ]);
    if (own === undefined || parent === undefined) {
      return undefined;
    }
    chain.push(own);
    seen.add(at);
    at = parent;
  }
  return joinGrants(...chain);
}
