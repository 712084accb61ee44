import type { DashkeepError } from '../contract/errors.ts';
import { SERVER_KINDS, type ResourceRef } from '../contract/kinds.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { valueIf } from '../lib/expected-errors.ts';
import { numberAt } from '../lib/json/json.ts';
import { isForbidden, isNotFound } from './http/errors.ts';
import { objectsOf } from './http/pagination/lists.ts';
import type { Instance, Org } from './instance.ts';

/**
 * Organizations that a server admin lists but is no member of, each with the one error that all reading there ends in:
 * Grafana refuses it with another status and text for every kind.
 */
export async function closedOrgs(
  { orgs, serverAdmin }: Instance,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, DashkeepError>> {
  const asAdmin = serverAdmin ? orgs.filter(({ client }) => client.identity === 'basic') : [];
  const [first] = asAdmin;
  const memberships = first === undefined ? undefined : await membershipsOf(first, signal);
  const closed = memberships === undefined ? [] : asAdmin.filter(({ id }) => !memberships.has(id));
  return new Map(closed.map(({ id, name }) => [id, refusal('DK_GRAFANA_REFUSED', reason('no-member', { org: name }))]));
}

/** @throws DK_GRAFANA_REFUSED for the first organization of these resources that a server admin is no member of */
export async function assertMember(
  instance: Instance,
  resources: readonly Pick<ResourceRef, 'org' | 'kind'>[],
  signal: AbortSignal,
): Promise<void> {
  const closed = await closedOrgs(instance, signal);
  const within = resources.filter(({ kind }) => !SERVER_KINDS.has(kind));
  const [refused] = within.flatMap(({ org }) => closed.get(org)?.why ?? []);
  if (refused !== undefined) {
    throw refusal('DK_GRAFANA_REFUSED', refused, { advice: reason('nothing-written') });
  }
}

/** Undefined when Grafana does not say. */
async function membershipsOf({ client }: Org, signal: AbortSignal): Promise<Set<number> | undefined> {
  const path = '/api/user/orgs';
  const isHidden = (error: unknown): boolean => isForbidden(error) || isNotFound(error);
  const mine = await client.get(path, { keep: ['orgId'], signal }).catch(valueIf(isHidden, undefined));
  return mine === undefined ? undefined : new Set(objectsOf(mine, path).map((one) => numberAt(one, 'orgId') ?? 0));
}
