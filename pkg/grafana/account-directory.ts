import { numberAt, stringAt, type Json, type JsonObject } from '../lib/json/json.ts';
import { RecentValues } from '../lib/recent-values.ts';
import { isSameName } from './accounts.ts';
import { isForbidden } from './http/errors.ts';
import { listAt, objectsOf } from './http/pagination/lists.ts';
import { listNumbered } from './http/pagination/numbered.ts';
import type { KindContext } from './kinds/kind.ts';
import { valueIf } from '../lib/expected-errors.ts';

/** Numeric ids of this Grafana by the names that mean the same everywhere: logins, team names. */
export interface AccountDirectory {
  /** User of the org by login. */
  userId(login: string): Promise<number | undefined>;
  teamId(name: string): Promise<number | undefined>;
  /** Service account by its name; `login` is made up by Grafana and differs between instances. */
  serviceAccountId(name: string): Promise<number | undefined>;
  users(): Promise<JsonObject[]>;
  teams(): Promise<JsonObject[]>;
  serviceAccounts(): Promise<JsonObject[]>;
  /** What was read of them is no longer true: something was written. */
  forget(what: 'users' | 'teams' | 'serviceAccounts'): void;
}

/** Represents the id of a user who is not there yet. Only plans see it. */
const EXPECTED = -1;

/** The directory of a run and org; each list is read once, and again after something was written. */
export function accountDirectoryOf(context: KindContext): Promise<AccountDirectory> {
  return context.memo('directory', () => Promise.resolve(openAccountDirectory(context)));
}

/**
 * Whether anyone may look around in the organization who is no Admin: a member with a role, or, as far as Grafana says
 * so, anyone at all. Without the right to look, someone may.
 */
export async function hasMembers(context: KindContext): Promise<boolean> {
  if (context.capabilities.anonymous === true) {
    return true;
  }
  const directory = await accountDirectoryOf(context);
  const isMember = ({ role }: JsonObject): boolean => role !== 'Admin' && role !== 'None';
  const anyIn = (accounts: Promise<JsonObject[]>): Promise<boolean> =>
    accounts.then((all) => all.some(isMember)).catch(valueIf(isForbidden, true));
  return (await anyIn(directory.users())) || anyIn(directory.serviceAccounts());
}

function openAccountDirectory(context: KindContext): AccountDirectory {
  const loaders = {
    users: () => orgUsers(context),
    teams: () => allTeams(context),
    serviceAccounts: () => allServiceAccounts(context),
  };
  const loaded = new RecentValues<Promise<JsonObject[]>>();
  const load = (what: keyof typeof loaders): Promise<JsonObject[]> => loaded.use(what, loaders[what]);
  return {
    async userId(login) {
      const user = (await load('users')).find((candidate) => isSameName(stringAt(candidate, 'login'), login));
      return numberAt(user, 'userId') ?? (context.expectedUsers?.has(login) === true ? EXPECTED : undefined);
    },
    async teamId(name) {
      const team = (await load('teams')).find((candidate) => stringAt(candidate, 'name') === name);
      return numberAt(team, 'id');
    },
    async serviceAccountId(name) {
      const account = (await load('serviceAccounts')).find((candidate) => stringAt(candidate, 'name') === name);
      return numberAt(account, 'id');
    },
    users: () => load('users'),
    teams: () => load('teams'),
    serviceAccounts: () => load('serviceAccounts'),
    forget: (what) => void loaded.delete(what),
  };
}

/** Without the names of people, which they can make as long as they like. */
const OF_A_USER = ['userId', 'uid', 'login', 'email', 'role'];

/** `/api/org/users` has no pages. Needs org.users:read. */
async function orgUsers(context: KindContext): Promise<JsonObject[]> {
  const path = '/api/org/users';
  return objectsOf(await context.grafana.get(path, { keep: OF_A_USER, signal: context.signal }), path);
}

function allTeams(context: KindContext): Promise<JsonObject[]> {
  return searched(context, '/api/teams/search', 'teams', (team) => stringAt(team, 'name') ?? '');
}

function allServiceAccounts(context: KindContext): Promise<JsonObject[]> {
  const keyOf = (account: JsonObject): string => String(numberAt(account, 'id') ?? '');
  return searched(context, '/api/serviceaccounts/search', 'serviceAccounts', keyOf);
}

/** All pages of one of the lists that are searched. */
function searched(
  { grafana, signal }: KindContext,
  path: string,
  member: string,
  key: (item: JsonObject) => string,
): Promise<JsonObject[]> {
  const items = (answer: Json) => listAt(answer, member);
  const total = (answer: Json) => numberAt(answer, 'totalCount');
  return listNumbered(grafana, { path, size: 1000, sizeName: 'perpage', items, total, key }, signal);
}
