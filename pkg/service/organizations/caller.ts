import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { IsSameOrg } from '../../repository/index/versions/files.ts';
import { timeOfId } from '../../repository/layout.ts';
import { isWholeResource, SERVER_KINDS, type NamedRef } from '../../contract/kinds.ts';

/**
 * Who asks: the organization whose token was shown. What a request says of itself in headers and bodies never counts.
 */
export interface Caller {
  /** Id of the organization; 0 while it is not known, which no resource has. */
  org: number;
  /** Whether it is the home organization, whose matters are those that concern all. */
  home: boolean;
  /** Which organization has that ID; absent for the main one, which is the same one in every Grafana. */
  identity?: OrgIdentity;
}

/** Which organization of this Grafana has an ID, as far as the service watched it. */
export interface OrgIdentity {
  /** ISO time since when the ID is this organization's. */
  since: string;
  /** Its names since then. */
  names: readonly string[];
  /** The name under which earlier snapshots are its own, too; absent where another one had the ID. */
  before?: string | undefined;
}

/**
 * Whether an organization of a snapshot is the caller's: a rebuilt Grafana may give its ID to another one, which has
 * another name, too.
 */
export function isOwn(
  { org, identity }: Caller,
  snapshot: string,
  { id, name }: { id: number; name?: string | undefined },
): boolean {
  if (id !== org || identity === undefined) {
    return id === org;
  }
  return momentOf(snapshot) >= Date.parse(identity.since)
    ? identity.names.includes(name ?? '')
    : name === identity.before;
}

/** Milliseconds: behind its seconds, an ID has them as three hex digits. */
function momentOf(snapshot: string): number {
  return timeOfId(snapshot).getTime() + Number.parseInt(snapshot.slice(17, 20), 16);
}

/** The same for the index of versions, which asks about every organization. */
export function isSameOrg(caller: Caller): IsSameOrg | undefined {
  return caller.identity && ((snapshot, id, name) => id !== caller.org || isOwn(caller, snapshot, { id, name }));
}

/** Whether something that only has the ID was begun by the caller's organization. */
export function isSince({ identity }: Caller, time: string): boolean {
  return identity === undefined || Date.parse(time) >= Date.parse(identity.since);
}

/**
 * Whether a resource, or what is said about one, is for the eyes of the caller. What belongs to the whole server is for
 * no page: an admin of an organization, also of the home one, need not be a server admin.
 */
export function isOf(caller: Caller, ref: Pick<NamedRef, 'org' | 'kind'>): boolean {
  return !isOfServer(ref) && ref.org === caller.org;
}

/** Whether it belongs to the whole server. */
export function isOfServer(ref: Pick<NamedRef, 'org' | 'kind'>): boolean {
  return isWholeResource(ref) && SERVER_KINDS.has(ref.kind);
}

/** @throws DK_HOME_ORGANIZATION unless the caller is the home organization */
export function requireHome({ home }: Caller, what: string): void {
  if (!home) {
    throw new DashkeepError('DK_HOME_ORGANIZATION', `${what} is possible only in the home organization`);
  }
}

/** @throws DK_NOT_FOUND for any organization but the caller's own, as if there were no other */
export function requireOwn({ org }: Caller, asked: number): void {
  if (asked !== org) {
    throw new DashkeepError('DK_NOT_FOUND', `organization ${asked} is not available here`, {
      advice: reason('stay-in-organization'),
    });
  }
}

/**
 * For whom a route is. `home`: it concerns all organizations, so only the home organization may. `organization`: every
 * organization, each with what is its own. The OpenAPI document says it as `x-dashkeep-access`.
 */
export type RouteAccess = 'home' | 'organization';
