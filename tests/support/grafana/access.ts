import type { Dashboard, Folder, Org, Permission } from './model/model.ts';
import type { AclEntry, Role, Stored } from './model/stored.ts';

/** Who is calling. */
export interface Identity {
  kind: 'user' | 'service-account' | 'api-key';
  id: number;
  uid: string;
  login: string;
  name: string;
  orgId: number;
  role: Role;
  isGrafanaAdmin: boolean;
  teamIds: number[];
  permissions: Permission[];
}

const VIEWER = [
  'orgs:read',
  'annotations:read annotations:type:*',
  'alert.rules:read',
  'alert.instances:read',
  'alert.silences:read',
  'alert.notifications:read',
  'library.panels:read folders:*',
  'playlists:read',
  'snapshots:read',
  'plugins.app:access plugins:*',
  'datasources:query',
];

const EDITOR = [
  ...VIEWER,
  'folders:create folders:uid:general',
  'dashboards:create folders:uid:general',
  'annotations:write annotations:type:*',
  'annotations:create annotations:type:*',
  'annotations:delete annotations:type:*',
  'alert.rules:create',
  'alert.rules:write',
  'alert.rules:delete',
  'alert.instances:write',
  'alert.silences:create',
  'alert.silences:write',
  'library.panels:create folders:*',
  'library.panels:write folders:*',
  'library.panels:delete folders:*',
  'playlists:write',
  'snapshots:create',
  'snapshots:delete',
];

const ADMIN = [
  ...EDITOR,
  'dashboards:read dashboards:*',
  'dashboards:write dashboards:*',
  'dashboards:create folders:*',
  'dashboards:delete dashboards:*',
  'dashboards.permissions:read dashboards:*',
  'dashboards.permissions:write dashboards:*',
  'dashboards.public:write dashboards:*',
  'folders:read folders:*',
  'folders:write folders:*',
  'folders:create folders:*',
  'folders:delete folders:*',
  'folders.permissions:read folders:*',
  'folders.permissions:write folders:*',
  'datasources:read datasources:*',
  'datasources:write datasources:*',
  'datasources:create',
  'datasources:delete datasources:*',
  'datasources.permissions:read datasources:*',
  'datasources.permissions:write datasources:*',
  'serviceaccounts:read serviceaccounts:*',
  'serviceaccounts:create',
  'serviceaccounts:write serviceaccounts:*',
  'serviceaccounts:delete serviceaccounts:*',
  'serviceaccounts.permissions:read serviceaccounts:*',
  'apikeys:read apikeys:*',
  'apikeys:create',
  'apikeys:delete apikeys:*',
  'teams:read teams:*',
  'teams:create',
  'teams:write teams:*',
  'teams:delete teams:*',
  'teams.permissions:read teams:*',
  'teams.permissions:write teams:*',
  'org.users:read users:*',
  'org.users:add users:*',
  'org.users:write users:*',
  'org.users:remove users:*',
  'orgs.preferences:read',
  'orgs.preferences:write',
  'orgs:write',
  'alert.provisioning:read',
  'alert.provisioning:write',
  'alert.provisioning.secrets:read',
  'alert.provisioning.provenance:write',
  'alert.notifications:write',
  'alert.notifications.receivers.secrets:read receivers:*',
  'plugins:write plugins:*',
];

/** Only with basic authentication as server admin: a service account has an org role and nothing above it. */
const SERVER_ADMIN = [
  'orgs:read:all',
  'orgs:create',
  'orgs:delete',
  'orgs:write:all',
  'users:read global.users:*',
  'users:write global.users:*',
  'users:create',
  'users:delete global.users:*',
  'users.permissions:write global.users:*',
  'users.password:write global.users:*',
  'settings:read settings:*',
  'settings:write settings:*',
  'server.stats:read',
  'plugins:install',
];

function parsed(lines: readonly string[]): Permission[] {
  return lines.map((line) => {
    const [action = '', scope = '*'] = line.split(' ');
    return { action, scope };
  });
}

const BY_ROLE: Record<Role, Permission[]> = {
  None: [],
  Viewer: parsed(VIEWER),
  Editor: parsed(EDITOR),
  Admin: parsed(ADMIN),
};
const OF_SERVER_ADMIN = parsed(SERVER_ADMIN);

export function rolePermissions(role: Role, isGrafanaAdmin: boolean): Permission[] {
  return isGrafanaAdmin ? [...BY_ROLE[role], ...OF_SERVER_ADMIN] : BY_ROLE[role];
}

/** Whether an action is granted on a scope; without a scope: on any. */
export function can(identity: Identity, action: string, scope?: string): boolean {
  return identity.permissions.some(
    (permission) => permission.action === action && (scope === undefined || covers(permission.scope, scope)),
  );
}

function covers(granted: string, wanted: string): boolean {
  return granted === '*' || granted === wanted || (granted.endsWith('*') && wanted.startsWith(granted.slice(0, -1)));
}

/** Folders that hold an object, the nearest first. */
export function ancestors(org: Org, folderUid: string): Folder[] {
  const found: Folder[] = [];
  for (let uid = folderUid; uid !== '' && found.length < 64;) {
    const folder = org.folders.get(uid);
    if (folder === undefined) {
      break;
    }
    found.push(folder);
    uid = folder.parentUid;
  }
  return found;
}

/** Whether a folder exists with all that it is in. */
export function isWhole(org: Org, uid: string): boolean {
  return ancestors(org, uid).at(-1)?.parentUid === '';
}

const ROLE_RANK: Record<Role, number> = { None: 0, Viewer: 1, Editor: 2, Admin: 3 };

/** The highest permission that an access list gives: 0 none, 1 view, 2 edit, 4 admin. */
export function aclLevel(identity: Identity, acl: readonly AclEntry[]): number {
  let level = 0;
  for (const entry of acl) {
    const matches =
      (entry.role !== undefined && ROLE_RANK[identity.role] >= ROLE_RANK[entry.role]) ||
      (entry.userId !== undefined && identity.kind !== 'api-key' && entry.userId === identity.id) ||
      (entry.teamId !== undefined && identity.teamIds.includes(entry.teamId));
    if (matches && entry.permission > level) {
      level = entry.permission;
    }
  }
  return level;
}

/** Takes back what someone who goes was permitted: Grafana deletes that along with a user, team or service account. */
export function dropPermissions({ folders, dashboards, dataSources }: Org, isOf: (entry: AclEntry) => boolean): void {
  for (const owner of [...folders.values(), ...dashboards.values(), ...dataSources.values()]) {
    owner.acl = owner.acl.filter((entry) => !isOf(entry));
  }
}

const LEVEL: Record<string, number> = { read: 1, write: 2, create: 2, delete: 2, permissions: 4 };

/** Level of an action such as `folders:write` or `dashboards.permissions:read`. */
function levelOf(action: string): number {
  return action.includes('permissions') ? 4 : (LEVEL[action.split(':')[1] ?? ''] ?? 4);
}

/** Whether something may be done in a folder; the empty uid is the root. */
export function canInFolder(identity: Identity, org: Org, action: string, folderUid: string): boolean {
  const chain = ancestors(org, folderUid);
  if (can(identity, action, `folders:uid:${folderUid === '' ? 'general' : folderUid}`)) {
    return true;
  }
  return chain.some(
    (folder) => can(identity, action, `folders:uid:${folder.uid}`) || aclLevel(identity, folder.acl) >= levelOf(action),
  );
}

/** Whether something may be done with a dashboard, by its own rights or those of the folders above. */
export function canWithDashboard(identity: Identity, org: Org, action: string, dashboard: Dashboard): boolean {
  return (
    can(identity, action, `dashboards:uid:${dashboard.uid}`) ||
    aclLevel(identity, dashboard.acl) >= levelOf(action) ||
    canInFolder(identity, org, action, dashboard.folderUid)
  );
}

/**
 * Default entries of a new object: its creator admin, and at the root editors edit and viewers view
 * (dashboard_service.go SetDefaultPermissions, folders' setDefaultFolderPermissions).
 * @param accounts - whether a service account gets an entry as a person does
 */
export function defaultAcl(
  nextId: () => number,
  creator: Identity | undefined,
  atRoot: boolean,
  accounts = true,
): AclEntry[] {
  const acl: AclEntry[] = [];
  if (creator?.kind === 'user' || (creator?.kind === 'service-account' && accounts)) {
    acl.push({ id: nextId(), userId: creator.id, permission: 4 });
  }
  if (atRoot) {
    acl.push({ id: nextId(), role: 'Editor', permission: 2 }, { id: nextId(), role: 'Viewer', permission: 1 });
  }
  return acl;
}

/** How Kubernetes annotations name a caller. */
export function authorOf(identity: Identity): string {
  return `${identity.kind}:${identity.uid}`;
}

/** Whether an object's manager lets nobody else write it. Anyone may change what an app brought along. */
export function isLocked({ managedBy }: Stored): boolean {
  return managedBy !== undefined && managedBy.allowsEdits !== true && managedBy.kind !== 'plugin';
}
