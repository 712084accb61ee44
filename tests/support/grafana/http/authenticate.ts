import { rolePermissions, type Identity } from '../access.ts';
import type { Call } from './call.ts';
import type { Permission, Token, User } from '../model/model.ts';
import type { Role } from '../model/stored.ts';
import { problem, unauthenticated } from './problems.ts';

/** What Grafana takes for the organization of somebody who is not a member of the one that was asked for. */
const NO_ORG = -1;

const UNAUTHORIZED = () => unauthenticated('auth.unauthorized', 'Unauthorized');

/** Who is calling, from the Authorization header; undefined when nobody says so. */
export function authenticate(call: Call): Identity | undefined {
  const header = call.header('authorization');
  const [scheme = '', credentials = ''] = header.split(' ');
  if (scheme.toLowerCase() === 'bearer') {
    return byToken(call, credentials);
  }
  if (scheme.toLowerCase() === 'basic') {
    const decoded = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    return byPassword(call, decoded.slice(0, colon), decoded.slice(colon + 1));
  }
  return undefined;
}

/** The org that a request names: by header, or by the namespace of an `/apis` path. */
function wantedOrg(call: Call): number | undefined {
  const header = Number(call.header('x-grafana-org-id'));
  if (Number.isInteger(header) && header > 0) {
    return header;
  }
  const namespace = /^\/apis\/[^/]+\/[^/]+\/namespaces\/([^/]+)/.exec(call.path)?.[1];
  if (namespace === undefined) {
    return undefined;
  }
  return namespace === 'default' ? 1 : Number(/^org-(\d+)$/.exec(namespace)?.[1] ?? NaN) || undefined;
}

function byToken(call: Call, key: string): Identity {
  const { state } = call;
  const token = state.tokens.find((candidate) => candidate.key === key);
  if (token === undefined && /^glsa_\w{32}_[0-9a-f]{8}$/.test(key)) {
    // What looks like a token but is none, or none any more: Grafana gives no messageId.
    throw problem(401, 'Unauthorized', { traceID: '' });
  }
  if (token === undefined || (token.serviceAccountId === undefined && call.profile.apiKeys === 'gone')) {
    throw unauthenticated('api-key.invalid', 'Invalid API key');
  }
  if (token.revoked) {
    throw unauthenticated('api-key.revoked', 'Revoked API key');
  }
  if (token.expires !== undefined && token.expires <= state.now()) {
    throw unauthenticated('api-key.expired', 'Expired API key');
  }
  const wanted = wantedOrg(call);
  const byHeader = call.header('x-grafana-org-id') !== '';
  if (byHeader && wanted !== undefined && wanted !== token.orgId) {
    throw unauthenticated('api-key.organization-mismatch', 'API key does not belong to the requested organization');
  }
  token.lastUsed = state.now();
  return token.serviceAccountId === undefined ? apiKey(token) : serviceAccount(call, token, token.serviceAccountId);
}

function apiKey(token: Token): Identity {
  const role = token.role ?? 'Viewer';
  return {
    kind: 'api-key',
    id: token.id,
    uid: String(token.id),
    login: '',
    name: token.name,
    orgId: token.orgId,
    role,
    isGrafanaAdmin: false,
    teamIds: [],
    permissions: rolePermissions(role, false),
  };
}

function serviceAccount(call: Call, token: Token, id: number): Identity {
  const account = call.state.orgs.get(token.orgId)?.serviceAccounts.get(id);
  if (account === undefined || account.isDisabled) {
    throw unauthenticated('api-key.invalid', 'Invalid API key');
  }
  return {
    kind: 'service-account',
    id,
    uid: account.uid,
    login: account.login,
    name: account.name,
    orgId: token.orgId,
    role: account.role,
    isGrafanaAdmin: false,
    teamIds: teamsOf(call, token.orgId, id),
    permissions: narrowed(rolePermissions(account.role, false), account.without, account.extra),
  };
}

function byPassword(call: Call, login: string, password: string): Identity {
  const { state } = call;
  const user = [...state.users.values()].find((candidate) => candidate.login === login || candidate.email === login);
  if (user === undefined || user.isDisabled || user.password === '' || user.password !== password) {
    throw unauthenticated('password-auth.failed', 'Invalid username or password');
  }
  const orgId = wantedOrg(call) ?? homeOrg(call, user);
  const role = state.orgs.get(orgId)?.members.get(user.id);
  if (role === undefined && !user.isGrafanaAdmin) {
    throw UNAUTHORIZED();
  }
  // Also a server admin acts in no organization where they are not a member (user store, GetSignedInUser).
  return userIdentity(call, user, role === undefined ? NO_ORG : orgId, role ?? 'None');
}

function userIdentity(call: Call, user: User, orgId: number, role: Role): Identity {
  return {
    kind: 'user',
    id: user.id,
    uid: user.uid,
    login: user.login,
    name: user.name,
    orgId,
    role,
    isGrafanaAdmin: user.isGrafanaAdmin,
    teamIds: teamsOf(call, orgId, user.id),
    permissions: rolePermissions(role, user.isGrafanaAdmin),
  };
}

function homeOrg(call: Call, user: User): number {
  for (const org of call.state.orgs.values()) {
    if (org.members.has(user.id)) {
      return org.id;
    }
  }
  return 1;
}

function teamsOf(call: Call, orgId: number, userId: number): number[] {
  const teams = call.state.orgs.get(orgId)?.teams.values() ?? [];
  return [...teams].filter((team) => team.members.has(userId)).map((team) => team.id);
}

function narrowed(base: Permission[], without: string[], extra: Permission[]): Permission[] {
  if (without.length === 0 && extra.length === 0) {
    return base;
  }
  return [...base.filter((permission) => !without.includes(permission.action)), ...extra];
}
