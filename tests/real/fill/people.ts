import type { Grafana } from '../grafana.ts';

/** The organization that is filled beside the main one. */
export const SECOND_ORG = 'Second Org.';

type Role = 'None' | 'Viewer' | 'Editor' | 'Admin';

interface Person {
  login: string;
  /** The role in the main and in the second organization; left out: no member. */
  main?: Role;
  second?: Role;
  disabled?: boolean;
  serverAdmin?: boolean;
}

/** One person for each way in which memberships can go wrong. */
const PEOPLE: readonly Person[] = [
  { login: 'ada', main: 'Editor' },
  { login: 'ben', main: 'Viewer', second: 'Admin' },
  { login: 'cleo', second: 'Viewer' },
  { login: 'dora', main: 'Admin', second: 'Editor' },
  { login: 'eli', main: 'None', second: 'None' },
  { login: 'finn', main: 'Viewer', disabled: true },
  { login: 'gina', second: 'Admin', serverAdmin: true },
];

/** The ids of the people by login. */
export type Ids = Map<string, number>;

/** Creates the second organization and returns its id. */
export async function fillOrgs(grafana: Grafana): Promise<number> {
  const { orgId } = await grafana.post<{ orgId: number | string }>('/api/orgs', { name: SECOND_ORG });
  return Number(orgId);
}

/** Creates the people with exactly their memberships. */
export async function fillPeople(grafana: Grafana, second: number): Promise<Ids> {
  const ids: Ids = new Map();
  for (const person of PEOPLE) {
    const { login } = person;
    const { id } = await grafana.post<{ id: number }>('/api/admin/users', {
      login,
      name: `${login[0]?.toUpperCase()}${login.slice(1)} of Dashkeep`,
      email: `${login}@example.com`,
      password: `only-for-tests-${login}`,
    });
    ids.set(login, id);
    const wanted = new Map([...membership(1, person.main), ...membership(second, person.second)]);
    await setMemberships(grafana, id, login, wanted);
    if (person.serverAdmin === true) {
      await grafana.put(`/api/admin/users/${id}/permissions`, { isGrafanaAdmin: true });
    }
    if (person.disabled === true) {
      await grafana.post(`/api/admin/users/${id}/disable`);
    }
  }
  return ids;
}

function membership(org: number, role: Role | undefined): [number, Role][] {
  return role === undefined ? [] : [[org, role]];
}

/** Grafana puts each new person into the main organization, so memberships are added before others are removed. */
async function setMemberships(grafana: Grafana, id: number, login: string, wanted: Map<number, Role>): Promise<void> {
  const found = await grafana.get<{ orgId: number }[]>(`/api/users/${id}/orgs`);
  const present = new Set(found.map(({ orgId }) => orgId));
  for (const [org, role] of wanted) {
    if (present.has(org)) {
      await grafana.send('PATCH', `/api/orgs/${org}/users/${id}`, { role });
    } else {
      await grafana.post(`/api/orgs/${org}/users`, { loginOrEmail: login, role });
    }
  }
  for (const org of [...present].filter((one) => !wanted.has(one))) {
    await grafana.delete(`/api/orgs/${org}/users/${id}`);
  }
}

/** The ids of what permissions of an organization can name. */
export interface Subjects {
  users: Ids;
  teams: Ids;
  serviceAccounts: Ids;
}

const TEAMS = {
  main: { Operations: { dora: 'admin', ada: 'member', ben: 'member' }, 'Nobody yet': {} },
  second: { Operations: { ben: 'admin', cleo: 'member' } },
} as const;

/** Teams with members and preferences, and service accounts. */
export async function fillSubjects(grafana: Grafana, users: Ids): Promise<Subjects> {
  const teams: Ids = new Map();
  for (const [name, members] of Object.entries(grafana.org === 1 ? TEAMS.main : TEAMS.second)) {
    const email = `${name.toLowerCase().replaceAll(' ', '-')}@example.com`;
    const { teamId } = await grafana.post<{ teamId: number }>('/api/teams', { name, email });
    teams.set(name, teamId);
    for (const [login, standing] of Object.entries(members)) {
      await grafana.post(`/api/teams/${teamId}/members`, { userId: users.get(login) });
      if (standing === 'admin') {
        await grafana.put(`/api/teams/${teamId}/members/${users.get(login)}`, { permission: 4 });
      }
    }
  }
  await grafana.put(`/api/teams/${teams.get('Operations')}/preferences`, { theme: 'dark', timezone: 'utc' });
  return { users, teams, serviceAccounts: await fillServiceAccounts(grafana) };
}

async function fillServiceAccounts(grafana: Grafana): Promise<Ids> {
  const ids: Ids = new Map();
  for (const [name, role, isDisabled] of [
    ['deploys', 'Editor', false],
    ['retired', 'Viewer', true],
  ] as const) {
    const { id } = await grafana.post<{ id: number }>('/api/serviceaccounts', { name, role, isDisabled });
    ids.set(name, id);
    if (isDisabled) {
      await grafana.send('PATCH', `/api/serviceaccounts/${id}`, { isDisabled });
    }
  }
  await grafana.post(`/api/serviceaccounts/${ids.get('deploys')}/tokens`, { name: 'pipeline' });
  return ids;
}
