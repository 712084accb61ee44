import { arrayAt, numberAt, objectAt, stringAt, type JsonObject } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { accountDirectoryOf } from '../../account-directory.ts';
import { ifFound } from '../../http/errors.ts';
import { objectsOf } from '../../http/pagination/lists.ts';
import {
  comparableTeam,
  isTeamBetween,
  membersIn,
  renamedMembers,
  resolveMembers,
  teamSecurity,
  type Member,
} from './team/members.ts';
import type { KindDefinition } from '../definition.ts';
import type { Forecast, KindContext, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';

const ADMIN = 4;

/** E-mail of a team until its members are restored, so that a restore that was cut short is known for what it is. */
const UNFINISHED = 'being-restored@dashkeep.invalid';

/**
 * Teams with their members, by name and login, because Grafana hands out a new id and uid at each creation. Members are
 * matched by login; who has no account here is named and left out. Members that an identity provider
 * put there (with labels such as LDAP) are never removed. Preferences of teams are kept with those of the org, so that
 * they come after the dashboards they name.
 */
export const team: KindDefinition = {
  name: 'team',
  declaration: {
    plural: 'Teams',
    scope: 'org',
    restored: 'yes',
    identity: 'name kept; new numeric ID and UID',
    lost: ['members without an account in the organization', 'groups for team sync (Enterprise)'],
    minimumVersion: '10.4',
    rights: ['teams:read on teams:*', 'teams.permissions:read on teams:*', 'org.users:read on users:* (to restore)'],
  },
  dependsOn: ['org', 'user'],
  writes: 'serial',
  namesPeople: true,
  isPermitted: true,

  async *list(context) {
    const directory = await accountDirectoryOf(context);
    directory.forget('teams');
    for (const item of await directory.teams()) {
      const name = stringAt(item, 'name') ?? '';
      yield { uid: name, title: name };
    }
  },

  async read(context, listed) {
    const found = await findTeam(context, listed.uid);
    if (found === undefined) {
      return undefined;
    }
    const members = await membersOf(context, numberAt(found, 'id') ?? 0);
    return members === undefined ? undefined : teamContent(found, members);
  },

  references: () => [],

  rename(content, renamed) {
    const body = renamedMembers(content.body, renamed);
    return body === content.body ? content : { ...content, body };
  },

  forecast,
  securityChanges: teamSecurity,
  comparable: comparableTeam,
  isBetween: isTeamBetween,
  write,

  async remove(context, uid) {
    const directory = await accountDirectoryOf(context);
    const id = await directory.teamId(uid);
    if (id !== undefined) {
      await ifFound(context.grafana.delete(`/api/teams/${id}`, { signal: context.signal }));
      directory.forget('teams');
    }
  },
};

async function findTeam(context: KindContext, name: string): Promise<JsonObject | undefined> {
  const directory = await accountDirectoryOf(context);
  return (await directory.teams()).find((candidate) => stringAt(candidate, 'name') === name);
}

/** Without the names of people, which they can make as long as they like. */
const OF_A_MEMBER = ['userId', 'login', 'email', 'permission', 'labels'];

/** Undefined when the team was deleted meanwhile. */
async function membersOf(context: KindContext, id: number): Promise<JsonObject[] | undefined> {
  const path = `/api/teams/${id}/members`;
  const answer = await ifFound(context.grafana.get(path, { keep: OF_A_MEMBER, signal: context.signal }));
  return answer === undefined ? undefined : objectsOf(answer, path);
}

/** What the API returns of a team and its members, as content. */
export function teamContent(found: JsonObject, members: JsonObject[]): Content {
  const name = stringAt(found, 'name') ?? '';
  const listed = members.map(memberOf).sort((a, b) => (a.login < b.login ? -1 : 1));
  return {
    body: { name, email: stringAt(found, 'email') ?? '', members: listed.map((member) => ({ ...member })) },
    title: name,
    facts: { id: numberAt(found, 'id') ?? 0, uid: stringAt(found, 'uid') ?? '' },
    ...(stringAt(found, 'email') === UNFINISHED ? { unfinished: true } : {}),
    ...(found['isProvisioned'] === true ? { managedBy: { manager: 'scim' } } : {}),
  };
}

function memberOf(member: JsonObject): Member {
  const email = stringAt(member, 'email') ?? '';
  return {
    login: stringAt(member, 'login') ?? '',
    ...(email === '' ? {} : { email }),
    permission: numberAt(member, 'permission') === ADMIN ? 'Admin' : 'Member',
  };
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  if (item.live?.managedBy !== undefined && !context.includeManaged) {
    return { losses: [], blocked: reason('scim-manages') };
  }
  const { losses, security } = await resolveMembers(context, membersIn(item.content.body), membersIn(item.live?.body));
  return { losses, security };
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { grafana, signal } = context;
  const directory = await accountDirectoryOf(context);
  const body = objectAt(item.content.body) ?? {};
  const words = { name: item.uid, email: stringAt(body, 'email') ?? '' };
  let id = await directory.teamId(item.uid);
  let email = stringAt(item.live?.body, 'email');
  if (id === undefined) {
    id = numberAt(await grafana.post('/api/teams', { ...words, email: UNFINISHED }, { signal }), 'teamId') ?? 0;
    email = UNFINISHED;
  }
  const live = (await membersOf(context, id)) ?? [];
  const { wanted, losses } = await resolveMembers(context, membersIn(body), live.map(memberOf));
  await setMembers(context, id, wanted, live);
  if (email !== words.email) {
    await grafana.put(`/api/teams/${id}`, words, { signal });
  }
  directory.forget('teams');
  return { uid: item.uid, losses };
}

/** One call per difference: the bulk call wants an e-mail of everybody, which not everybody has. */
async function setMembers(
  context: WriteContext,
  id: number,
  wanted: ReadonlyMap<number, Member['permission']>,
  live: readonly JsonObject[],
): Promise<void> {
  const { grafana, signal } = context;
  const path = `/api/teams/${id}/members`;
  const present = new Map(live.map((member) => [numberAt(member, 'userId') ?? 0, member]));
  for (const [userId, permission] of wanted) {
    const member = present.get(userId);
    const level = permission === 'Admin' ? ADMIN : 0;
    if (member === undefined) {
      await grafana.post(path, { userId }, { signal });
    }
    if ((member === undefined ? 0 : (numberAt(member, 'permission') ?? 0)) !== level) {
      await grafana.put(`${path}/${userId}`, { permission: level }, { signal });
    }
  }
  for (const [userId, member] of present) {
    if (!wanted.has(userId) && (arrayAt(member, 'labels') ?? []).length === 0) {
      await ifFound(grafana.delete(`${path}/${userId}`, { signal }));
    }
  }
}
