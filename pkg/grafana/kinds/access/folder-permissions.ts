import { isFolderLive, liveFolders } from '../dashboards/folder.ts';
import type { KindDefinition } from '../definition.ts';
import { permissionKind } from './permissions/kind.ts';

/**
 * Who may see, edit and administer a folder, by role, team, login or name of the service account.
 * Only entries of the folder's own: what it inherits comes back with the folder above it.
 */
export const folderPermissions: KindDefinition = permissionKind({
  name: 'folder-permissions',
  resource: 'folders',
  owner: 'folder',
  declaration: {
    plural: 'Folder permissions',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['entries of users, teams and service accounts that do not exist in Grafana'],
    minimumVersion: '10.4',
    rights: [
      'folders.permissions:read on folders:*',
      'folders:read on folders:*',
      'serviceaccounts:read on serviceaccounts:* (for the entries of service accounts)',
      'teams:read on teams:* and org.users:read on users:* (for the entries of teams and users)',
    ],
  },
  dependsOn: ['folder', 'team', 'user', 'service-account'],

  owners: liveFolders,

  /** A folder's permissions are shown with the folder, not with the one above it. */
  place: ({ uid, title }) => ({ uid, title, folderUid: uid }),

  isLive: isFolderLive,
});
