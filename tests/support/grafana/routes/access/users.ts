import type { Call } from '../../http/call.ts';
import { dropPermissions } from '../../access.ts';
import type { Org, User } from '../../model/model.ts';
import { accessDenied, problem } from '../../http/problems.ts';
import { changedPreferences, preferencesDto } from '../../preferences.ts';
import type { Router } from '../../http/router.ts';
import { requireServer, userCalled } from './orgs.ts';

interface NewUser {
  name?: string;
  email?: string;
  login?: string;
  password?: string;
  orgId?: number;
  OrgId?: number;
}

export function userRoutes(router: Router): void {
  ownRoutes(router);
  router.on('GET /api/users/search', (call) => page(call));
  router.on('GET /api/users/lookup', (call) => {
    requireServer(call, 'users:read');
    const found = known(userCalled(call, call.query.get('loginOrEmail') ?? ''));
    const { isDisabled, authLabels, ...dto } = userDto(found);
    return call.profile.major < 12 ? dto : { ...dto, isDisabled, authLabels };
  });
  router.on('GET /api/users/:id', (call) => userDto(find(call, 'users:read')));
  router.on('PUT /api/users/:id', (call) => {
    const user = ifFound(call, 'users:write');
    const body = call.json() as { login?: string; email?: string; name?: string };
    if (user === undefined || isTaken(call, body.login || user.login, body.email || user.email, user)) {
      throw problem(500, 'Failed to update user');
    }
    // The update of the database leaves out what is empty.
    Object.assign(user, {
      login: body.login || user.login,
      email: body.email || user.email,
      name: body.name || user.name,
    });
    return { message: 'User updated' };
  });
  router.on('GET /api/users/:id/orgs', (call) => {
    // A user that is missing is in no org.
    const user = ifFound(call, 'users:read');
    return [...call.state.orgs.values()]
      .filter((org) => user !== undefined && org.members.has(user.id))
      .map((org) => ({ orgId: org.id, name: org.name, role: org.members.get(user?.id ?? 0) }));
  });
  router.on('POST /api/admin/users', (call) => {
    requireServer(call, 'users:create');
    const body = call.plain<NewUser>();
    const login = body.login || body.email || '';
    if (login === '' || !body.password) {
      throw problem(
        400,
        login === ''
          ? 'Validation error, need to specify either username or email'
          : 'Password is missing or too short',
      );
    }
    // First the org, so that one made for the user stays when the user is refused.
    const org = orgOfNew(call, body, login);
    if (isTaken(call, login, body.email ?? '')) {
      throw problem(412, `User with email '${body.email}' or username '${login}' already exists`);
    }
    const user = call.state.addUser({
      login: login.toLowerCase(),
      email: (body.email || login).toLowerCase(),
      name: body.name ?? '',
      password: body.password,
    });
    org.members.set(user.id, call.tuning.autoAssignOrg ? call.tuning.autoAssignOrgRole : 'Admin');
    return { id: user.id, uid: user.uid, message: 'User created' };
  });
  router.on('PUT /api/admin/users/:id/permissions', (call) => {
    const user = ifFound(call, 'users.permissions:write');
    if (user === undefined) {
      throw problem(500, 'Failed to update user permissions');
    }
    user.isGrafanaAdmin = call.plain<{ isGrafanaAdmin?: boolean }>().isGrafanaAdmin === true;
    return { message: 'User permissions updated' };
  });
  router.on('POST /api/admin/users/:id/disable', (call) => {
    find(call, 'users:write').isDisabled = true;
    return { message: 'User disabled' };
  });
  router.on('DELETE /api/admin/users/:id', (call) => {
    const user = find(call, 'users:delete');
    call.state.users.delete(user.id);
    call.state.orgs.forEach((org) => {
      org.members.delete(user.id);
      org.teams.forEach((team) => team.members.delete(user.id));
      dropPermissions(org, ({ userId }) => userId === user.id);
    });
    return { message: 'User deleted' };
  });
}

/** The org that a created user is put in (orgimpl GetIDForNewUser). */
function orgOfNew(call: Call, body: NewUser, login: string): Org {
  const { state, tuning } = call;
  if (tuning.autoAssignOrg) {
    const org = state.orgs.get(body.orgId || body.OrgId || tuning.autoAssignOrgId);
    if (org === undefined) {
      throw problem(400, 'organization not found');
    }
    return org;
  }
  const name = body.email || login;
  if ([...state.orgs.values()].some((org) => org.name === name)) {
    throw problem(500, 'failed to create user');
  }
  return state.addOrg(name);
}

/** Always about the caller; a service account has none of it. */
function ownRoutes(router: Router): void {
  router.on('GET /api/user', (call) => userDto(own(call)));
  router.on('GET /api/user/orgs', (call) => {
    const user = own(call);
    return [...call.state.orgs.values()]
      .filter((org) => org.members.has(user.id))
      .map((org) => ({ orgId: org.id, name: org.name, role: org.members.get(user.id) }));
  });
  router.on('GET /api/user/preferences', (call) => preferencesDto(own(call).preferences));
  router.on('PUT /api/user/preferences', (call) => {
    const user = own(call);
    user.preferences = changedPreferences(call, user.preferences);
    return { message: 'Preferences updated' };
  });
}

function own(call: Call): User {
  const user = call.identity.kind === 'user' ? call.state.users.get(call.identity.id) : undefined;
  if (user === undefined) {
    throw problem(403, 'Endpoint only available for users');
  }
  return user;
}

function page(call: Call): { totalCount: number; users: unknown[]; page: number; perPage: number } {
  requireServer(call, 'users:read');
  const perPage = call.number('perpage', 1000);
  const at = Math.max(1, call.number('page', 1));
  const text = (call.query.get('query') ?? '').toLowerCase();
  const all = [...call.state.users.values()].filter(({ login, email, name }) =>
    [login, email, name].some((one) => one.toLowerCase().includes(text)),
  );
  const users = all.slice((at - 1) * perPage, at * perPage).map(listDto);
  return { totalCount: all.length, users, page: at, perPage };
}

function known(user: User | undefined): User {
  if (user === undefined) {
    throw problem(404, 'user not found');
  }
  return user;
}

/** By numeric id or uid. */
function ifFound(call: Call, action: string): User | undefined {
  if (!call.identity.isGrafanaAdmin) {
    throw accessDenied(action);
  }
  const id = call.param('id');
  return [...call.state.users.values()].find((user) => String(user.id) === id || user.uid === id);
}

function find(call: Call, action: string): User {
  return known(ifFound(call, action));
}

function isTaken(call: Call, login: string, email: string, except?: User): boolean {
  return [...call.state.users.values()].some(
    (user) => user !== except && (user.login === login || (email !== '' && user.email === email)),
  );
}

function listDto(user: User): Record<string, unknown> {
  return {
    id: user.id,
    uid: user.uid,
    name: user.name,
    login: user.login,
    email: user.email,
    avatarUrl: '/avatar/0',
    isAdmin: user.isGrafanaAdmin,
    isDisabled: user.isDisabled,
    lastSeenAt: new Date(user.updated).toISOString(),
    lastSeenAtAge: '10m',
    authLabels: user.authLabels,
  };
}

function userDto(user: User): Record<string, unknown> {
  return {
    id: user.id,
    uid: user.uid,
    email: user.email,
    name: user.name,
    login: user.login,
    theme: '',
    orgId: 1,
    isGrafanaAdmin: user.isGrafanaAdmin,
    isDisabled: user.isDisabled,
    isExternal: user.authLabels.length > 0,
    authLabels: user.authLabels,
    updatedAt: new Date(user.updated).toISOString(),
    createdAt: new Date(user.created).toISOString(),
    avatarUrl: '/avatar/0',
    isProvisioned: false,
  };
}
