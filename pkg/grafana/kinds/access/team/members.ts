import { reason, type KnownReason } from '../../../../contract/reasons/catalogue.ts';
import { compact } from '../../../../contract/compact.ts';
import { arrayAt, isJsonObject, numberAt, objectAt, stringAt, type Json } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import { accountDirectoryOf } from '../../../account-directory.ts';
import { isSameName } from '../../../accounts.ts';
import type { KindContext, Reference, Restorable } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { isMixOf } from '../../parts.ts';
import { securityChange } from '../../security/change.ts';

/** A member of a team as it is stored. */
export interface Member {
  login: string;
  email?: string;
  permission: 'Admin' | 'Member';
}

/** The members that a stored team has. */
export function membersIn(body: Json | undefined): Member[] {
  return (arrayAt(body, 'members') ?? []).filter(isJsonObject).map((member) => ({
    login: stringAt(member, 'login') ?? '',
    email: stringAt(member, 'email'),
    permission: stringAt(member, 'permission') === 'Admin' ? 'Admin' : 'Member',
  }));
}

/**
 * The same team with other members; one who replaces several is an admin of it if one of them is. The email addresses
 * are those of the members who are replaced, so they are left out. So is a member who gets no login.
 */
export function renamedMembers(body: Json, renamed: (reference: Reference) => string): Json {
  const before = membersIn(body);
  const after = new Map<string, Member>();
  for (const member of before) {
    const login = renamed({ kind: 'user', uid: member.login });
    if (login === '') {
      continue;
    }
    const permission = after.get(login)?.permission === 'Admin' ? 'Admin' : member.permission;
    after.set(login, login === member.login ? { ...member, permission } : { login, permission });
  }
  return before.every(({ login }) => after.has(login)) ? body : withMembers(body, [...after.values()]);
}

/** The team without the email addresses of its members: they are those of the accounts, and restoring changes none. */
export function comparableTeam(body: Json): Json {
  return withMembers(
    body,
    membersIn(body).map((member) => ({ ...member, email: undefined })),
  );
}

/** An update adds, changes and removes one member after another; a new admin is an ordinary member first. */
export function isTeamBetween(live: Content | undefined, before: Content, after: Content): boolean {
  const [now, old, wanted] = [live, before, after].map((content) => objectAt(comparableTeam(content?.body ?? {})));
  const lists = [membersIn(old), membersIn(wanted)] as const;
  const isNew = ({ login, permission }: Member): boolean =>
    permission === 'Member' &&
    !lists[0].some((one) => one.login === login) &&
    lists[1].some((one) => one.login === login);
  return (
    live !== undefined &&
    [old?.['email'], wanted?.['email']].includes(now?.['email']) &&
    isMixOf(membersIn(now), lists, ({ login }) => login, isNew)
  );
}

function withMembers(body: Json, members: readonly Member[]): Json {
  const sorted = members.toSorted((a, b) => (a.login < b.login ? -1 : 1));
  return { ...objectAt(body), members: sorted.map((member) => compact({ ...member })) };
}

/** Who gets into a team that is there, or becomes its admin: what the team may see, they may see. */
export function teamSecurity({ content, live }: Restorable): SecurityChange[] {
  if (live === undefined) {
    return [];
  }
  const before = new Map(membersIn(live.body).map(({ login, permission }) => [login, permission]));
  return membersIn(content.body)
    .filter(({ login, permission }) => !before.has(login) || (permission === 'Admin' && before.get(login) === 'Member'))
    .map(({ login, permission }) =>
      securityChange('team-member', { login, before: before.get(login), after: permission }),
    );
}

/** The members that a team will have here, and what has to be said about them. */
export interface ResolvedMembers {
  /** By their ids in this Grafana. */
  wanted: Map<number, Member['permission']>;
  losses: KnownReason[];
  /** Who gets in under a login that may be another person's by now. */
  security: SecurityChange[];
}

/**
 * Finds stored members by login. An e-mail address proves nothing, for anyone may take one that another account no
 * longer has: by it, a member whose login changed only stays what they are.
 * @param present - the members that the team has now.
 */
export async function resolveMembers(
  context: KindContext,
  members: readonly Member[],
  present: readonly Member[],
): Promise<ResolvedMembers> {
  const directory = await accountDirectoryOf(context);
  const users = await directory.users();
  const resolved: ResolvedMembers = { wanted: new Map(), losses: [], security: [] };
  for (const { login, email, permission } of members) {
    const id = await directory.userId(login);
    const isPresent = present.some((one) => isSameName(one.login, login));
    if (id !== undefined) {
      resolved.wanted.set(id, permission);
      const now = stringAt(
        users.find((user) => numberAt(user, 'userId') === id),
        'email',
      );
      if (!isPresent && email !== undefined && now !== undefined && !isSameName(email, now)) {
        resolved.security.push(securityChange('member-email', { login, before: email, after: now }));
      }
      continue;
    }
    const holder = email === undefined ? undefined : users.find((user) => isSameName(stringAt(user, 'email'), email));
    const holderLogin = stringAt(holder, 'login') ?? '';
    const kept = present.find((one) => holder !== undefined && isSameName(one.login, holderLogin));
    if (kept !== undefined) {
      resolved.wanted.set(numberAt(holder, 'userId') ?? 0, kept.permission);
    } else {
      resolved.losses.push(
        holder === undefined
          ? reason('member-lost', { login })
          : reason('member-other', { login, email: email ?? '', other: holderLogin }),
      );
    }
  }
  return resolved;
}
