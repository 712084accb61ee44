import type { Org } from '../model/model.ts';
import type { AclEntry, Role } from '../model/stored.ts';
import type { Team } from '../model/org.ts';
import type { GrafanaState } from '../state.ts';

/** Login, name, role, teams (with a star: team admin). */
const PEOPLE: [string, string, Role, string[]][] = [
  ['ines', 'Inès Moreau', 'Admin', ['Platform*']],
  ['jonas', 'Jonas Weber', 'Editor', ['Platform', 'On-call*']],
  ['priya', 'Priya Raman', 'Editor', ['Shop*', 'On-call']],
  ['tomás', 'Tomás Silva', 'Editor', ['Shop']],
  ['yuki', 'Yuki Tanaka 田中', 'Editor', ['Data*']],
  ['amal', 'Amal Haddad', 'Viewer', ['Business*']],
  ['lena', 'Lena Novak', 'Viewer', ['Business']],
];

/** Users and teams; passwords equal logins. */
export function seedDemoPeople(state: GrafanaState, org: Org): void {
  const teams = new Map<string, Team>();
  for (const [login, name, role, memberOf] of PEOPLE) {
    const user = state.addUser({ login, name, email: `${login}@aurora.example`, password: login });
    org.members.set(user.id, role);
    for (const text of memberOf) {
      const teamName = text.replace('*', '');
      const team = teams.get(teamName) ?? newTeam(state, teamName);
      teams.set(teamName, team);
      org.teams.set(team.id, team);
      team.members.set(user.id, text.endsWith('*') ? 4 : 0);
    }
  }
  const shop = teams.get('Shop');
  if (shop) {
    shop.preferences = { theme: 'dark', homeDashboardUID: 'checkout' };
  }
}

/** A team without members, not yet in an organization. */
export function newTeam(state: GrafanaState, name: string): Team {
  const now = state.now();
  return {
    id: state.nextId(),
    uid: state.newUid(),
    name,
    email: `${name.toLowerCase().replace(/[^a-z]/g, '')}@aurora.example`,
    isProvisioned: false,
    externalUID: '',
    created: now,
    updated: now,
    members: new Map(),
    preferences: {},
  };
}

/**
 * Who may do what: teams own their folders, viewers see little of the sandbox, one person has a separate permission.
 */
export function seedDemoPermissions(state: GrafanaState, org: Org): void {
  const team = (name: string) => [...org.teams.values()].find((one) => one.name === name)?.id;
  const user = (login: string) => [...state.users.values()].find((one) => one.login === login)?.id;
  const entry = (who: Partial<AclEntry>, permission: 1 | 2 | 4): AclEntry => ({
    id: state.nextId(),
    ...who,
    permission,
  });
  const set = (uid: string, ...entries: AclEntry[]) => org.folders.get(uid)?.acl.splice(0, Infinity, ...entries);
  set('platform', entry({ teamId: team('Platform') }, 4), entry({ role: 'Editor' }, 1), entry({ role: 'Viewer' }, 1));
  set('shop', entry({ teamId: team('Shop') }, 2), entry({ role: 'Viewer' }, 1));
  set('data', entry({ teamId: team('Data') }, 4), entry({ userId: user('jonas') }, 2));
  set('business', entry({ teamId: team('Business') }, 2), entry({ role: 'Editor' }, 1));
  set('sandbox', entry({ role: 'Editor' }, 4));
  org.dashboards.get('orders')?.acl.push(entry({ userId: user('priya') }, 2));
  const account = state.addServiceAccount(org.id, { name: 'ci-deploys', role: 'Editor' });
  state.addToken(org.id, { name: 'ci', serviceAccountId: account.id });
}
