import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { isWholeResource, SERVER_KINDS, type NamedRef } from '../../contract/kinds.ts';

/**
 * Who asks: the organization whose token was shown. What a request says of itself in headers and bodies never counts.
 */
export interface Caller {
  /** Id of the organization; 0 while it is not known, which no resource has. */
  org: number;
  /** Whether it is the home organization, whose matters are those that concern all. */
  home: boolean;
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
    throw new DashkeepError('DK_HOME_ORGANIZATION', `${what} is only possible in the home organization`);
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
export type Access = 'home' | 'organization';
