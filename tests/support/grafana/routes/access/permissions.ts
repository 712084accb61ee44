import { isJsonObject, type Json } from '../../../../../pkg/lib/json/json.ts';
import { ancestors, can, canInFolder, canWithDashboard, isWhole } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import type { AclEntry, Role } from '../../model/stored.ts';
import { accessDenied, problem, publicError } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

type Level = 1 | 2 | 4;

/** The access list of one folder, dashboard, data source or service account. */
interface Holder {
  acl: AclEntry[];
  /** Entries that come from folders above. */
  inherited: AclEntry[];
  names: Record<Level, string>;
  resource: string;
}

const NAMES: Record<string, Record<Level, string>> = {
  folders: { 1: 'View', 2: 'Edit', 4: 'Admin' },
  dashboards: { 1: 'View', 2: 'Edit', 4: 'Admin' },
  datasources: { 1: 'Query', 2: 'Edit', 4: 'Admin' },
  serviceaccounts: { 1: 'View', 2: 'Edit', 4: 'Admin' },
};

export function permissionRoutes(router: Router): void {
  for (const [resource, path] of [
    ['folders', '/api/folders/:uid/permissions'],
    ['dashboards', '/api/dashboards/uid/:uid/permissions'],
  ] as const) {
    router.on(`GET ${path}`, (call) => {
      const holder = holderOf(call, resource, call.param('uid'), 'read');
      return [
        ...holder.inherited.map((entry) => legacyDto(call, entry, true)),
        ...holder.acl.map((entry) => legacyDto(call, entry, false)),
      ];
    });
    router.on(`POST ${path}`, (call) => {
      const holder = holderOf(call, resource, call.param('uid'), 'write');
      const { items = [] } = call.plain<{ items?: LegacyItem[] }>();
      // Entries that are left out are removed.
      holder.acl.splice(0, holder.acl.length, ...items.map((item) => fromLegacy(call, item)));
      return { message: `${resource === 'folders' ? 'Folder' : 'Dashboard'} permissions updated` };
    });
  }
  router.on('GET /api/access-control/:resource/description', (call) => {
    const names = namesOf(call, call.param('resource'));
    call.require(`${call.param('resource')}.permissions:read`);
    return {
      assignments: { users: true, serviceAccounts: true, teams: true, builtInRoles: true },
      permissions: Object.values(names),
    };
  });
  router.on('GET /api/access-control/:resource/:id', (call) => {
    refuseMissing(call);
    const holder = holderOf(call, call.param('resource'), call.param('id'), 'read');
    const shown = (entry: AclEntry): boolean => isShown(call, entry);
    return [
      adminEntry(holder),
      ...holder.inherited.filter(shown).map((entry) => dto(call, holder, entry, true)),
      ...holder.acl.filter(shown).map((entry) => dto(call, holder, entry, false)),
    ];
  });
  router.on('POST /api/access-control/:resource/:id', (call) => {
    refuseMissingForWrite(call);
    const holder = holderOf(call, call.param('resource'), call.param('id'), 'write');
    if (!isJsonObject(call.plain<Json>())) {
      throw problem(400, 'bad request data');
    }
    const { permissions = [] } = call.plain<{ permissions?: Assignment[] }>();
    // Each assignment is set or, when empty, removed; assignments that are not named stay as they are.
    for (const assignment of permissions) {
      assign(call, holder, assignment);
    }
    return { message: 'Permissions updated' };
  });
  router.on('POST /api/access-control/:resource/:id/builtInRoles/:role', (call) => {
    const holder = holderOf(call, call.param('resource'), call.param('id'), 'write');
    assign(call, holder, { ...call.plain<{ permission: string }>(), builtInRole: call.param('role') });
    return { message: 'Permission updated' };
  });
}

/** Entries are left out for those who may not see whom they are about (resourcepermissions/store.go). */
function isShown({ identity, org }: Call, { teamId, userId }: AclEntry): boolean {
  if (teamId !== undefined) {
    return can(identity, 'teams:read');
  }
  const isAccount = userId !== undefined && org.serviceAccounts.has(userId);
  return userId === undefined || can(identity, isAccount ? 'serviceaccounts:read' : 'org.users:read');
}

interface LegacyItem {
  role?: Role;
  teamId?: number;
  userId?: number;
  permission: Level;
}

interface Assignment {
  userId?: number;
  teamId?: number;
  builtInRole?: string;
  permission?: string;
}

/** The open source build registers no route at all for data sources. */
function namesOf(call: Call, resource: string): Record<Level, string> {
  const names = NAMES[resource];
  if (names === undefined || (resource === 'datasources' && !call.tuning.enterprise)) {
    throw problem(404, 'Not found');
  }
  return names;
}

function holderOf(call: Call, resource: string, id: string, verb: 'read' | 'write'): Holder {
  const { org, identity } = call;
  const names = namesOf(call, resource);
  const action = `${resource}.permissions:${verb}`;
  if (resource === 'folders') {
    const folder = org.folders.get(id);
    if (folder === undefined) {
      throw problem(404, 'folder not found', { status: 'not-found' });
    }
    refuseUnless(canInFolder(identity, org, action, id), action);
    const inherited = ancestors(org, folder.parentUid).flatMap((parent) => parent.acl);
    return { acl: folder.acl, inherited, names, resource };
  }
  if (resource === 'dashboards') {
    const dashboard = org.dashboards.get(id);
    if (dashboard === undefined) {
      throw problem(404, 'Dashboard not found', { status: 'not-found' });
    }
    refuseUnless(canWithDashboard(identity, org, action, dashboard), action);
    const inherited = ancestors(org, dashboard.folderUid).flatMap((parent) => parent.acl);
    return { acl: dashboard.acl, inherited, names, resource };
  }
  call.require(resource === 'datasources' ? action : `serviceaccounts.permissions:read`);
  const acl =
    resource === 'datasources' ? org.dataSources.get(id)?.acl : org.serviceAccounts.has(Number(id)) ? [] : undefined;
  if (acl === undefined) {
    throw problem(404, resource === 'datasources' ? 'Data source not found' : 'service account not found');
  }
  return { acl, inherited: [], names, resource };
}

/** Reading the permissions of what is missing, or in a missing folder, fails (ossaccesscontrol looks for parents). */
function refuseMissing(call: Call): void {
  const { org, profile } = call;
  const [resource, id] = [call.param('resource'), call.param('id')];
  if (resource === 'folders' && !isWhole(org, id)) {
    call.require('folders.permissions:read', `folders:uid:${id}`);
    throw profile.missingFolderPermissions === 404
      ? publicError(404, 'folder.notFound', 'NotFound')
      : publicError(500, 'accesscontrol.internal', 'InternalError');
  }
  const folderUid = resource === 'dashboards' ? (org.dashboards.get(id)?.folderUid ?? '') : '';
  if (folderUid !== '' && !isWhole(org, folderUid)) {
    throw publicError(500, 'accesscontrol.internal', 'InternalError');
  }
  if (resource === 'dashboards' && !org.dashboards.has(id)) {
    call.require('dashboards.permissions:read', `dashboards:uid:${id}`);
    throw problem(500, 'Failed to get permissions');
  }
}

/** Writing those of a missing folder says so from 12 on; all else fails without a cause. */
function refuseMissingForWrite(call: Call): void {
  const { org, profile } = call;
  const [resource, id] = [call.param('resource'), call.param('id')];
  const isMissing =
    resource === 'folders' ? !org.folders.has(id) : resource === 'dashboards' && !org.dashboards.has(id);
  if (isMissing) {
    call.require(`${resource}.permissions:write`, `${resource}:uid:${id}`);
    throw resource === 'folders' && profile.major >= 12
      ? publicError(404, 'folder.notFound', 'NotFound')
      : problem(500, 'Failed to set permissions');
  }
}

function refuseUnless(allowed: boolean, action: string): void {
  if (!allowed) {
    throw accessDenied(action);
  }
}

function fromLegacy(call: Call, item: LegacyItem): AclEntry {
  const entry: AclEntry = { id: call.state.nextId(), permission: item.permission };
  if (item.role) {
    entry.role = item.role;
  } else if (item.teamId) {
    refuseTeam(call, item.teamId);
    entry.teamId = item.teamId;
  } else if (item.userId) {
    refuseUser(call, item.userId);
    entry.userId = item.userId;
  } else {
    throw problem(400, 'A permission needs a role, a team or a user');
  }
  if (![1, 2, 4].includes(item.permission)) {
    throw problem(400, 'invalid permission');
  }
  return entry;
}

function assign(call: Call, holder: Holder, given: Assignment): void {
  const matches = (entry: AclEntry) =>
    given.userId
      ? entry.userId === given.userId
      : given.teamId
        ? entry.teamId === given.teamId
        : entry.role === given.builtInRole;
  if (given.userId) {
    refuseUser(call, given.userId);
  } else if (given.teamId) {
    refuseTeam(call, given.teamId);
  } else if (!['Viewer', 'Editor', 'Admin'].includes(given.builtInRole ?? '')) {
    throw problem(400, 'invalid assignment');
  }
  const kept = holder.acl.filter((entry) => !matches(entry));
  if (given.permission) {
    const level = ([1, 2, 4] as const).find((one) => holder.names[one] === given.permission);
    if (level === undefined) {
      throw problem(400, `permission: "${given.permission}" is not supported for this resource`);
    }
    const { userId, teamId } = given;
    const who = userId ? { userId } : teamId ? { teamId } : { role: given.builtInRole as Role };
    kept.push({ id: call.state.nextId(), ...who, permission: level });
  }
  holder.acl.splice(0, holder.acl.length, ...kept);
}

function refuseUser(call: Call, id: number): void {
  if (!call.state.users.has(id) && !call.org.serviceAccounts.has(id)) {
    throw problem(404, 'user not found');
  }
}

function refuseTeam(call: Call, id: number): void {
  if (!call.org.teams.has(id)) {
    throw problem(404, 'team not found');
  }
}

/** Admins have every right by their basic role; that entry is not managed and can't be changed here. */
function adminEntry(holder: Holder): Record<string, unknown> {
  return {
    id: 0,
    roleName: 'basic:admin',
    isManaged: false,
    isInherited: false,
    isServiceAccount: false,
    builtInRole: 'Admin',
    actions: [`${holder.resource}:read`, `${holder.resource}:write`, `${holder.resource}:delete`],
    permission: holder.names[4],
  };
}

function dto(call: Call, holder: Holder, entry: AclEntry, isInherited: boolean): Record<string, unknown> {
  const user = entry.userId === undefined ? undefined : call.state.users.get(entry.userId);
  const account = entry.userId === undefined ? undefined : call.org.serviceAccounts.get(entry.userId);
  const team = entry.teamId === undefined ? undefined : call.org.teams.get(entry.teamId);
  const person = user ?? account;
  return {
    id: entry.id,
    roleName: `managed:${person ? `users:${person.id}` : team ? `teams:${team.id}` : `builtins:${(entry.role ?? '').toLowerCase()}`}:permissions`,
    isManaged: true,
    isInherited,
    isServiceAccount: account !== undefined,
    ...(person ? { userId: person.id, userUid: person.uid, userLogin: person.login } : {}),
    ...(team ? { team: team.name, teamId: team.id, teamUid: team.uid } : {}),
    ...(entry.role ? { builtInRole: entry.role } : {}),
    actions: [`${holder.resource}:read`],
    permission: holder.names[entry.permission],
  };
}

function legacyDto(call: Call, entry: AclEntry, inherited: boolean): Record<string, unknown> {
  const user = entry.userId === undefined ? undefined : call.state.users.get(entry.userId);
  const account = entry.userId === undefined ? undefined : call.org.serviceAccounts.get(entry.userId);
  const team = entry.teamId === undefined ? undefined : call.org.teams.get(entry.teamId);
  const names = { 1: 'View', 2: 'Edit', 4: 'Admin' };
  return {
    userId: entry.userId ?? 0,
    userLogin: user?.login ?? account?.login ?? '',
    userEmail: user?.email ?? '',
    userUid: user?.uid ?? account?.uid ?? '',
    teamId: entry.teamId ?? 0,
    team: team?.name ?? '',
    teamUid: team?.uid ?? '',
    ...(entry.role ? { role: entry.role } : {}),
    permission: entry.permission,
    permissionName: names[entry.permission],
    inherited,
  };
}
