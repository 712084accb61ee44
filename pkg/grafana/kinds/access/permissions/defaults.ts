import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../../lib/json/json.ts';
import { servedVersions } from '../../../capabilities.ts';
import { accountDirectoryOf } from '../../../account-directory.ts';
import { isForbidden } from '../../../http/errors.ts';
import type { KindContext } from '../../kind.ts';
import type { Content } from '../../content.ts';

/** What Grafana gives at the root besides the creator's own entry; inside a folder it gives nothing. */
export const DEFAULT_GRANTS = [
  { role: 'Editor', permission: 'Edit' },
  { role: 'Viewer', permission: 'View' },
];

/**
 * Whether the permissions of a folder or dashboard are entry by entry those that Grafana gives to a new one
 * (dashboard_service.go SetDefaultPermissions, folder_storage.go setDefaultFolderPermissions). One entry fewer, and
 * somebody may have narrowed them.
 * @param owner - the live folder or dashboard, with the fact `createdBy`
 */
export async function isDefaultPermissions(context: KindContext, live: Content, owner: Content): Promise<boolean> {
  const nested = owner.folderUid !== undefined;
  const creator = await creatorOf(context, String(owner.facts?.['createdBy'] ?? ''));
  if (creator === 'unknown') {
    return false;
  }
  const admin = canonicalJson({ ...creator, permission: 'Admin' });
  const entries = (arrayAt(live.body, 'permissions') ?? []).filter(isJsonObject).map((entry) => canonicalJson(entry));
  const others = entries.filter((entry) => entry !== admin).sort();
  const expected = nested ? [] : DEFAULT_GRANTS.map((entry) => canonicalJson(entry));
  const hasCreator = creator !== undefined && others.length < entries.length;
  return canonicalJson(others) === canonicalJson(expected) && (hasCreator || mayLackCreator(context, nested, creator));
}

/**
 * Whether permissions are entry by entry those that Grafana gives to what a service account created, or fewer: then no
 * person got anything with them.
 */
export function isGivenToAccount(body: JsonObject): boolean {
  const known = new Set(DEFAULT_GRANTS.map((entry) => canonicalJson(entry)));
  const others = (arrayAt(body, 'permissions') ?? []).filter((entry) => !known.has(canonicalJson(entry)));
  const isAdmin = (entry: Json | undefined): boolean =>
    isJsonObject(entry) &&
    canonicalJson(Object.keys(entry).sort()) === '["permission","serviceAccount"]' &&
    entry['permission'] === 'Admin';
  return others.length === 0 || (others.length === 1 && isAdmin(others[0]));
}

type Creator = { user: string } | { serviceAccount: string };

/**
 * From 12 on only what is created at the root through `/apis` has an entry of its creator, while the old routes give it
 * to nested dashboards as well. Before 12 service accounts get one for some resources only.
 */
function mayLackCreator(context: KindContext, nested: boolean, creator: Creator | undefined): boolean {
  if (creator === undefined) {
    return true;
  }
  const since12 = servedVersions(context.capabilities, 'folder.grafana.app').length > 0;
  return since12 ? nested : 'serviceAccount' in creator;
}

/**
 * Who made it, as permissions name them: from 12 on `user:<uid>` or `service-account:<uid>`, before a login or the name
 * of a service account. Undefined when this org has nobody of that name; 'unknown' without the right to look.
 */
async function creatorOf(context: KindContext, createdBy: string): Promise<Creator | undefined | 'unknown'> {
  const [, type, uid] = /^(user|service-account):(.*)$/.exec(createdBy) ?? [];
  const directory = await accountDirectoryOf(context);
  const matches = (candidate: JsonObject, ...names: string[]): boolean =>
    uid === undefined
      ? names.some((name) => stringAt(candidate, name) === createdBy)
      : stringAt(candidate, 'uid') === uid;
  try {
    const user =
      type === 'service-account' ? undefined : (await directory.users()).find((one) => matches(one, 'login'));
    if (user !== undefined) {
      return { user: stringAt(user, 'login') ?? '' };
    }
    const accounts = type === 'user' ? [] : await directory.serviceAccounts();
    const account = accounts.find((one) => matches(one, 'name', 'login'));
    return account === undefined ? undefined : { serviceAccount: stringAt(account, 'name') ?? '' };
  } catch (error) {
    if (isForbidden(error)) {
      return 'unknown';
    }
    throw error;
  }
}
