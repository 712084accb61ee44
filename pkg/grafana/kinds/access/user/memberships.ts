import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../../contract/reasons/catalogue.ts';
import { addToOrg } from '../../../accounts.ts';
import { ifFound } from '../../../http/errors.ts';
import { isScratchOrg, orgNamed, orgNameOf, orgsOfRun } from '../../../orgs.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import type { Content } from '../../content.ts';
import type { KindContext } from '../../kind.ts';
import type { Departure } from '../../traits.ts';

/** A membership as a snapshot has it: by the name of its org. */
export type Membership = { org: string; role: string };

/** By the name of the org; changes the list that it is given. */
export function sorted(memberships: Membership[]): Membership[] {
  return memberships.sort((a, b) => (a.org < b.org ? -1 : 1));
}

/** Memberships in the body of a user. */
export function membershipsOf(body: Json): Membership[] {
  return (arrayAt(body, 'orgs') ?? []).filter(isJsonObject).map((one) => ({
    org: stringAt(one, 'org') ?? '',
    role: stringAt(one, 'role') ?? '',
  }));
}

/** Content of an account that exists and only joins organizations: all else is as it is live. Undefined for others. */
export function joiningOnly(content: Content, live: Content | undefined): Content | undefined {
  const { joinsOnly } = content;
  if (joinsOnly === undefined || live === undefined || live.pristine === true || live.unfinished === true) {
    return undefined;
  }
  const kept = membershipsOf(live.body).filter(({ org }) => !joinsOnly.has(org));
  const joined = membershipsOf(content.body).filter(({ org }) => joinsOnly.has(org));
  return { ...content, title: live.title, body: { ...objectAt(live.body), orgs: sorted([...kept, ...joined]) } };
}

/**
 * How an account leaves the organizations of which it is not to be a member. Grafana changes no role that a sign-in
 * decides on. One that a restore created before it was interrupted has nothing yet that it could lose.
 */
export function leavingOf(content: Content, live: Content): Departure | undefined {
  const { body, snapshotOrgs } = joiningOnly(content, live) ?? content;
  const wanted = membershipsOf(body);
  const ended = membershipsOf(live.body).filter(
    ({ org }) => !wanted.some((one) => one.org === org) && (snapshotOrgs?.has(org) ?? true),
  );
  if (ended.length === 0 || live.unfinished === true) {
    return undefined;
  }
  const isFromSignIn = (arrayAt(live.body, 'authLabels') ?? []).length > 0;
  const kept = ended.map(({ org, role }) => ({ org, role: isFromSignIn ? role : LOWEST_ROLE }));
  const until = { ...content, body: { ...objectAt(body), orgs: sorted([...wanted, ...kept]) } };
  return { from: ended.map(({ org }) => org), until };
}

/** Memberships of an account as Grafana has them; undefined when there is no such account. */
export async function orgsOf(context: KindContext, id: number): Promise<JsonObject[] | undefined> {
  const path = `/api/users/${id}/orgs`;
  const keep = ['orgId', 'name', 'role'];
  const answer = await ifFound(context.grafana.get(path, { keep, signal: context.signal }));
  return answer === undefined
    ? undefined
    : objectsOf(answer, path)
        .map((one) => ({ ...one, name: orgNameOf(one) }))
        .filter(isLasting);
}

function isLasting({ name }: JsonObject): boolean {
  return typeof name !== 'string' || !isScratchOrg(name);
}

/**
 * The roles of each account by its id, with the name of their org, in a stable order. One that is in no org, or that
 * Grafana hides (`users.hidden_users`), is not in it.
 */
export async function rolesById(context: KindContext): Promise<Map<number | undefined, string[]>> {
  const { grafana, signal } = context;
  const roles = new Map<number | undefined, string[]>();
  await Promise.all(
    (await orgsOfRun(context)).filter(isLasting).map(async (org) => {
      const path = `/api/orgs/${numberAt(org, 'id')}/users`;
      const members = await ifFound(grafana.get(path, { keep: ['userId', 'role'], signal }));
      for (const member of members === undefined ? [] : objectsOf(members, path)) {
        const id = numberAt(member, 'userId');
        roles.set(id, [...(roles.get(id) ?? []), `${stringAt(member, 'role')} ${stringAt(org, 'name')}`].sort());
      }
    }),
  );
  return roles;
}

/** From the lowest to the highest. */
export const ROLES = ['None', 'Viewer', 'Editor', 'Admin'];
export const LOWEST_ROLE = 'None';

/** A membership by the id that its org has here. */
export interface WantedMembership {
  id: number;
  org: string;
  role: string;
}

/** @returns memberships by the ids that their orgs have here, and those whose org is not here. */
export async function wantedIn(
  context: KindContext,
  memberships: readonly Membership[],
): Promise<{ wanted: WantedMembership[]; losses: KnownReason[] }> {
  const wanted: WantedMembership[] = [];
  const losses: KnownReason[] = [];
  for (const { org, role } of memberships) {
    const id = await orgId(context, org);
    if (id === undefined) {
      losses.push(reason('membership-lost', { org }));
    } else {
      wanted.push({ id, org, role });
    }
  }
  return { wanted, losses };
}

/** Undefined when there is none of that name. */
function orgId(context: KindContext, name: string): Promise<number | undefined> {
  return context.memo(`id of org ${name}`, async () =>
    numberAt(await orgNamed(context.grafana, name, context.signal), 'id'),
  );
}

/**
 * Makes the memberships of an account those that are wanted. What is too much goes first, so that a run that is cut
 * short leaves an account with less than it is to have, never with more.
 * @param mayRemove says whether a membership that is not wanted goes.
 */
export async function setMemberships(
  context: KindContext,
  account: { id: number; login: string },
  wanted: readonly WantedMembership[],
  mayRemove: (org: string) => boolean,
): Promise<void> {
  const { grafana, signal } = context;
  const live = ((await orgsOf(context, account.id)) ?? []).map((one) => ({
    id: numberAt(one, 'orgId') ?? 0,
    org: stringAt(one, 'name') ?? '',
    role: stringAt(one, 'role') ?? '',
  }));
  const path = ({ id }: { id: number }): string => `/api/orgs/${id}/users/${account.id}`;
  for (const one of live) {
    if (!wanted.some(({ id }) => id === one.id) && mayRemove(one.org)) {
      await grafana.delete(path(one), { signal });
    }
  }
  const changed = wanted.filter((one) => live.some(({ id, role }) => id === one.id && role !== one.role));
  const rise = ({ id, role }: WantedMembership): number =>
    ROLES.indexOf(role) - ROLES.indexOf(live.find((one) => one.id === id)?.role ?? '');
  for (const one of changed.sort((a, b) => rise(a) - rise(b))) {
    await grafana.patch(path(one), { role: one.role }, { signal });
  }
  for (const { id, role } of wanted.filter((one) => !live.some(({ id }) => id === one.id))) {
    await addToOrg(grafana, id, account, role, signal);
  }
}
