import { can, dropPermissions } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import type { Address, Org, User } from '../../model/model.ts';
import type { Role } from '../../model/stored.ts';
import { accessDenied, errutil, problem } from '../../http/problems.ts';
import { changedPreferences, preferencesDto } from '../../preferences.ts';
import type { Router } from '../../http/router.ts';

const ROLES: Role[] = ['None', 'Viewer', 'Editor', 'Admin'];

export function orgRoutes(router: Router): void {
  router.on('GET /api/org', (call) => {
    call.require('orgs:read');
    return orgDto(call.org);
  });
  router.on('PUT /api/org', (call) => {
    call.require('orgs:write');
    return rename(call, call.org);
  });
  router.on('GET /api/org/users', (call) => {
    call.require('org.users:read');
    return usersOf(call, call.org);
  });
  router.on('PATCH /api/org/users/:userId', (call) => {
    call.require('org.users:write');
    return setRole(call, call.org);
  });
  router.on('GET /api/org/preferences', (call) => {
    call.require('orgs.preferences:read');
    return preferencesDto(call.org.preferences);
  });
  router.on('PUT /api/org/preferences', (call) => {
    call.require('orgs.preferences:write');
    call.org.preferences = changedPreferences(call, call.org.preferences);
    return { message: 'Preferences updated' };
  });
  adminRoutes(router);
}

/** Only for server admins with basic authentication. */
function adminRoutes(router: Router): void {
  router.on('GET /api/orgs', (call) => {
    requireServer(call, 'orgs:read');
    const perPage = call.number('perpage', 1000);
    // The first page is 0, unlike every other list; in 13 it is 1, and 0 shows it too.
    const asked = call.number('page', 0);
    const page = call.profile.major < 13 ? asked : Math.max(1, asked) - 1;
    const name = call.query.get('name');
    return [...call.state.orgs.values()]
      .filter((org) => name === null || org.name === name)
      .slice(page * perPage, (page + 1) * perPage)
      .map((org) => ({ id: org.id, name: org.name }));
  });
  router.on('POST /api/orgs', (call) => {
    if (!can(call.identity, 'orgs:create')) {
      throw accessDenied('orgs:create');
    }
    const { name = '' } = call.plain<{ name?: string }>();
    if (name === '') {
      throw problem(400, 'bad request data');
    }
    if (isTaken(call, name)) {
      throw problem(409, 'Organization name taken');
    }
    const org = call.state.addOrg(name);
    org.madeByRequest = call.state.now();
    org.members.set(call.identity.id, 'Admin');
    return { message: 'Organization created', orgId: org.id };
  });
  router.on('GET /api/orgs/name/:name', (call) => {
    requireServer(call, 'orgs:read');
    const org = [...call.state.orgs.values()].find((one) => one.name === call.param('name'));
    if (org === undefined) {
      throw problem(404, 'Organization not found');
    }
    return orgDto(org);
  });
  router.on('GET /api/orgs/:id', (call) => orgDto(find(call, 'orgs:read')));
  router.on('PUT /api/orgs/:id', (call) => rename(call, find(call, 'orgs:write')));
  router.on('PUT /api/orgs/:id/address', (call) => {
    requireServer(call, 'orgs:write');
    // Grafana says so about an org that is missing, too.
    const org = call.state.orgs.get(Number(call.param('id')));
    if (org !== undefined) {
      org.address = { ...org.address, ...call.plain<Partial<Address>>() };
    }
    return { message: 'Address updated' };
  });
  router.on('DELETE /api/orgs/:id', (call) => {
    const org = find(call, 'orgs:delete');
    if (org.id === call.identity.orgId) {
      throw problem(400, 'Can not delete org for current user');
    }
    call.state.leftLinks.push(...org.publicDashboards.values());
    call.state.leftSnapshots.push(...org.snapshots.values());
    call.state.orgs.delete(org.id);
    call.state.tokens = call.state.tokens.filter((token) => token.orgId !== org.id);
    return { message: 'Organization deleted' };
  });
  router.on('GET /api/orgs/:id/users', (call) => {
    requireServer(call, 'org.users:read');
    // An org that is missing has no members.
    const org = call.state.orgs.get(Number(call.param('id')));
    return org === undefined ? [] : usersOf(call, org);
  });
  router.on('POST /api/orgs/:id/users', (call) => addMember(call, find(call, 'orgs:write')));
  router.on('PATCH /api/orgs/:id/users/:userId', (call) => setRole(call, find(call, 'orgs:write')));
  router.on('DELETE /api/orgs/:id/users/:userId', (call) => removeMember(call, find(call, 'orgs:write')));
}

/** A service account belongs to one org, has an org role and can't be server admin. */
export function requireServer(call: Call, action: string): void {
  if (!call.identity.isGrafanaAdmin) {
    throw accessDenied(action);
  }
}

function find(call: Call, action: string): Org {
  requireServer(call, action);
  const org = call.state.orgs.get(Number(call.param('id')));
  if (org === undefined) {
    throw problem(404, 'Organization not found');
  }
  return org;
}

function isTaken(call: Call, name: string, own?: Org): boolean {
  return [...call.state.orgs.values()].some((org) => org.name === name && org !== own);
}

function rename(call: Call, org: Org): unknown {
  const { name = '' } = call.plain<{ name?: string }>();
  if (isTaken(call, name, org)) {
    throw problem(400, 'Organization name taken');
  }
  org.name = name;
  return { message: 'Organization updated' };
}

function orgDto(org: Org): unknown {
  return {
    id: org.id,
    name: org.name,
    address: org.address,
  };
}

function usersOf(call: Call, org: Org): Record<string, unknown>[] {
  return [...org.members].flatMap(([userId, role]) => {
    const user = call.state.users.get(userId);
    return user ? [memberDto(org, user, role)] : [];
  });
}

function memberDto(org: Org, user: User, role: Role): Record<string, unknown> {
  return {
    orgId: org.id,
    userId: user.id,
    uid: user.uid,
    email: user.email,
    name: user.name,
    login: user.login,
    role,
    avatarUrl: '/avatar/0',
    lastSeenAt: new Date(user.updated).toISOString(),
    lastSeenAtAge: '10m',
    isDisabled: user.isDisabled,
    authLabels: user.authLabels,
    isExternallySynced: user.authLabels.length > 0,
  };
}

/** What holds an @ is an e-mail, and a login only if nobody has that e-mail (userimpl/store.go GetByLogin). */
export function userCalled({ state }: Pick<Call, 'state'>, loginOrEmail: string): User | undefined {
  const [text, users] = [loginOrEmail.toLowerCase(), [...state.users.values()]];
  const byEmail = text.includes('@') ? users.find(({ email }) => email.toLowerCase() === text) : undefined;
  return byEmail ?? users.find(({ login }) => login.toLowerCase() === text);
}

function addMember(call: Call, org: Org): unknown {
  const { loginOrEmail = '', role: wanted } = call.plain<{ loginOrEmail?: string; role?: Role }>();
  const role = valid(wanted);
  const user = userCalled(call, loginOrEmail);
  if (user === undefined) {
    throw problem(404, 'user not found');
  }
  if (org.members.has(user.id)) {
    throw problem(409, 'User is already member of this organization', { userId: user.id });
  }
  org.members.set(user.id, role);
  return { message: 'User added to organization', userId: user.id };
}

function setRole(call: Call, org: Org): unknown {
  const userId = Number(call.param('userId'));
  if (!org.members.has(userId)) {
    throw problem(500, 'Failed update org user');
  }
  const role = valid(call.plain<{ role?: Role }>().role);
  if ((call.state.users.get(userId)?.authLabels ?? []).length > 0) {
    throw errutil(403, 'org.externallySynced', 'cannot change role for externally synced user');
  }
  if (role !== 'Admin' && isLastAdmin(org, userId)) {
    throw problem(400, 'Cannot change role so that there is no organization admin left');
  }
  org.members.set(userId, role);
  return { message: 'Organization user updated' };
}

function isLastAdmin(org: Org, userId: number): boolean {
  const admins = [...org.members].filter(([, one]) => one === 'Admin');
  return admins.length === 1 && admins[0]?.[0] === userId;
}

function removeMember(call: Call, org: Org): unknown {
  const userId = Number(call.param('userId'));
  if (isLastAdmin(org, userId)) {
    throw problem(400, 'Cannot remove last organization admin');
  }
  org.members.delete(userId);
  org.teams.forEach((team) => team.members.delete(userId));
  dropPermissions(org, (entry) => entry.userId === userId);
  return { message: 'User removed from organization' };
}

function valid(role: Role | undefined): Role {
  if (role === undefined || !ROLES.includes(role)) {
    throw problem(400, 'Invalid role specified');
  }
  return role;
}
