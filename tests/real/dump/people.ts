import type { Grafana } from '../grafana.ts';
import { type Entries, without } from './entries.ts';

/** An organization by id. */
export type Orgs = Map<number, string>;

export async function readOrgs(grafana: Grafana): Promise<Orgs> {
  const orgs = await grafana.get<{ id: number; name: string }[]>('/api/orgs?perpage=1000');
  return new Map(orgs.map(({ id, name }) => [id, name]));
}

/** Accounts with their memberships in every organization. */
export async function dumpUsers(grafana: Grafana, orgs: Orgs, entries: Entries): Promise<void> {
  const users = await grafana.get<{ id: number; login: string }[]>('/api/users?perpage=1000');
  for (const { id, login } of users) {
    const user = await grafana.get<Record<string, unknown>>(`/api/users/${id}`);
    const memberships = await grafana.get<{ orgId: number; role: string }[]>(`/api/users/${id}/orgs`);
    const { name, email, isGrafanaAdmin, isDisabled } = user;
    entries.add('user', login, {
      name,
      email,
      isGrafanaAdmin,
      isDisabled,
      memberships: Object.fromEntries(memberships.map(({ orgId, role }) => [orgs.get(orgId), role])),
    });
  }
}

interface Team {
  id: number;
  name: string;
  email: string;
}

/** Teams with their members and preferences. */
export async function dumpTeams(grafana: Grafana, entries: Entries): Promise<void> {
  const { teams } = await grafana.get<{ teams: Team[] }>('/api/teams/search?perpage=1000');
  for (const { id, name, email } of teams) {
    const members = await grafana.get<{ login: string; permission: number }[]>(`/api/teams/${id}/members`);
    const preferences = await grafana.get<object>(`/api/teams/${id}/preferences`);
    entries.add('team', name, {
      email,
      members: Object.fromEntries(members.map(({ login, permission }) => [login, permission])),
      preferences: without(preferences, 'homeDashboardId'),
    });
  }
}

interface ServiceAccount {
  name: string;
  role: string;
  isDisabled: boolean;
  tokens: number;
}

export async function dumpServiceAccounts(grafana: Grafana, entries: Entries): Promise<void> {
  const path = '/api/serviceaccounts/search?perpage=1000';
  const { serviceAccounts } = await grafana.get<{ serviceAccounts: ServiceAccount[] }>(path);
  for (const { name, role, isDisabled, tokens } of serviceAccounts) {
    entries.add('service-account', name, { role, isDisabled, tokens });
  }
}

interface Permission {
  isManaged: boolean;
  isInherited: boolean;
  userLogin?: string;
  team?: string;
  builtInRole?: string;
  permission: string;
}

/** What is set on a folder or dashboard itself: who may do what. */
export async function dumpPermissions(
  grafana: Grafana,
  resource: 'folders' | 'dashboards',
  uid: string,
  entries: Entries,
): Promise<void> {
  const all = await grafana.get<Permission[]>(`/api/access-control/${resource}/${uid}`);
  const own = all.filter(({ isManaged, isInherited }) => isManaged && !isInherited);
  entries.add(
    `${resource.slice(0, -1)}-permissions`,
    uid,
    Object.fromEntries(own.map((one) => [who(one), one.permission])),
  );
}

/** A service account's login holds the id of its organization, which is new after a restore. */
function who({ userLogin, team, builtInRole }: Permission): string {
  if (team !== undefined && team !== '') {
    return `team ${team}`;
  }
  if (userLogin !== undefined && userLogin !== '') {
    return `user ${userLogin.replace(/^sa-\d+-/, 'sa-')}`;
  }
  return `role ${builtInRole}`;
}
