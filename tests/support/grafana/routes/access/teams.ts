import type { Call } from '../../http/call.ts';
import { dropPermissions } from '../../access.ts';
import type { Team } from '../../model/org.ts';
import type { User } from '../../model/model.ts';
import { problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';
import { preferencesDto, changedPreferences } from '../../preferences.ts';

export function teamRoutes(router: Router): void {
  router.on('GET /api/teams/search', (call) => {
    call.require('teams:read');
    const perPage = call.number('perpage', 1000);
    const page = Math.max(1, call.number('page', 1));
    const text = (call.query.get('query') ?? '').toLowerCase();
    const name = call.query.get('name');
    const all = [...call.org.teams.values()]
      .filter((team) => team.name.toLowerCase().includes(text) && (name === null || team.name === name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const teams = all.slice((page - 1) * perPage, page * perPage).map((team) => dto(call, team));
    return { totalCount: all.length, teams, page, perPage };
  });
  router.on('POST /api/teams', (call) => {
    call.require('teams:create');
    const body = call.plain<{ name?: string; email?: string }>();
    if (!body.name) {
      throw problem(400, 'bad request data');
    }
    refuseName(call, body.name, undefined);
    const team = addTeam(call, body.name, body.email ?? '');
    // A user who makes a team is its first member and admin; a service account is not.
    if (call.identity.kind === 'user') {
      team.members.set(call.identity.id, 4);
    }
    return { message: 'Team created', teamId: team.id, uid: team.uid };
  });
  router.on('PUT /api/teams/:id', (call) => {
    const team = find(call, 'teams:write');
    const body = call.plain<{ name?: string; email?: string }>();
    refuseName(call, body.name ?? team.name, team);
    team.name = body.name ?? team.name;
    team.email = body.email ?? '';
    team.updated = call.state.now();
    return { message: 'Team updated' };
  });
  router.on('DELETE /api/teams/:id', (call) => {
    const { id } = find(call, 'teams:delete');
    call.org.teams.delete(id);
    dropPermissions(call.org, ({ teamId }) => teamId === id);
    return { message: 'Team deleted' };
  });
  memberRoutes(router);
  router.on('GET /api/teams/:id/preferences', (call) => preferencesDto(ifFound(call, 'teams:read')?.preferences ?? {}));
  router.on('PUT /api/teams/:id/preferences', (call) => {
    // Grafana stores them for a team that is missing, too.
    const team = ifFound(call, 'teams:write');
    const preferences = changedPreferences(call, team?.preferences ?? {});
    if (team !== undefined) {
      team.preferences = preferences;
    }
    return { message: 'Preferences updated' };
  });
}

function memberRoutes(router: Router): void {
  router.on('GET /api/teams/:id/members', (call) => {
    // A team that is missing has no members.
    const team = ifFound(call, 'teams.permissions:read');
    return [...(team?.members ?? [])].flatMap(([userId, permission]) => {
      const user = call.state.users.get(userId);
      return team && user ? [memberDto(call, team, user, permission)] : [];
    });
  });
  router.on('POST /api/teams/:id/members', (call) => {
    const team = find(call, 'teams.permissions:write');
    const { userId = 0 } = call.plain<{ userId?: number }>();
    if (!call.org.members.has(userId)) {
      throw problem(500, 'Failed to add Member to Team');
    }
    if (team.members.has(userId)) {
      throw problem(400, 'User is already added to this team');
    }
    team.members.set(userId, 0);
    return { message: 'Member added to Team' };
  });
  router.on('PUT /api/teams/:id/members', (call) => {
    const team = find(call, 'teams.permissions:write');
    const { members = [], admins = [] } = call.plain<{ members?: string[]; admins?: string[] }>();
    const next = new Map<number, 0 | 4>([
      ...members.map((email) => [byEmail(call, email), 0] as const),
      ...admins.map((email) => [byEmail(call, email), 4] as const),
    ]);
    // Anyone who is not named is out.
    team.members = next;
    return { message: 'Team memberships have been updated' };
  });
  router.on('PUT /api/teams/:id/members/:userId', (call) => {
    const team = find(call, 'teams.permissions:write');
    const userId = Number(call.param('userId'));
    if (!team.members.has(userId)) {
      throw problem(404, 'Team member not found.');
    }
    team.members.set(userId, call.plain<{ permission?: number }>().permission === 4 ? 4 : 0);
    return { message: 'Team member updated' };
  });
  router.on('DELETE /api/teams/:id/members/:userId', (call) => {
    const team = find(call, 'teams.permissions:write');
    if (!team.members.delete(Number(call.param('userId')))) {
      throw problem(404, 'Team member not found.');
    }
    return { message: 'Team Member removed' };
  });
}

function byEmail(call: Call, email: string): number {
  const user = [...call.state.users.values()].find((one) => one.email === email && call.org.members.has(one.id));
  if (user === undefined) {
    throw problem(400, `user ${email} not found`);
  }
  return user.id;
}

export function addTeam(call: Pick<Call, 'state' | 'org'>, name: string, email: string): Team {
  const now = call.state.now();
  const team: Team = {
    id: call.state.nextId(),
    uid: call.state.newUid(),
    name,
    email,
    isProvisioned: false,
    externalUID: '',
    created: now,
    updated: now,
    members: new Map(),
    preferences: {},
  };
  call.org.teams.set(team.id, team);
  return team;
}

function refuseName(call: Call, name: string, own: Team | undefined): void {
  if ([...call.org.teams.values()].some((team) => team.name === name && team !== own)) {
    throw problem(own === undefined ? 409 : 400, 'Team name taken');
  }
}

/** By numeric id; newer versions take the uid as well. */
function ifFound(call: Call, action: string): Team | undefined {
  const id = call.param('id');
  call.require(action, `teams:id:${id}`);
  return [...call.org.teams.values()].find(
    (one) => String(one.id) === id || (call.profile.major >= 12 && one.uid === id),
  );
}

function find(call: Call, action: string): Team {
  const team = ifFound(call, action);
  if (team === undefined) {
    throw problem(404, 'Team not found');
  }
  return team;
}

function memberDto(call: Call, team: Team, user: User, permission: number): Record<string, unknown> {
  return {
    orgId: call.org.id,
    teamId: team.id,
    teamUID: team.uid,
    userId: user.id,
    userUID: user.uid,
    auth_module: user.authLabels[0] ?? '',
    email: user.email,
    name: user.name,
    login: user.login,
    avatarUrl: '/avatar/0',
    labels: user.authLabels,
    permission,
  };
}

function dto(call: Call, team: Team): Record<string, unknown> {
  return {
    id: team.id,
    uid: team.uid,
    orgId: call.org.id,
    name: team.name,
    email: team.email,
    externalUID: team.externalUID,
    isProvisioned: team.isProvisioned,
    avatarUrl: '/avatar/0',
    memberCount: team.members.size,
    permission: 0,
    accessControl: null,
  };
}
