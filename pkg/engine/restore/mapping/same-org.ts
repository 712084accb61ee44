import { SERVER_KINDS } from '../../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import type { Instance, Org } from '../../../grafana/instance.ts';
import type { PlanRequest } from '../types.ts';

/** Grafana creates it first, and always has it. */
export const MAIN_ORG = 1;

/**
 * The name that the snapshot has for the ID of an organization, where it is another one: after a rebuild, an ID may be
 * another organization's. The main organization stays the same one, unless the snapshot knows another by its name.
 */
export function otherName(
  { orgs }: Pick<Manifest, 'orgs'>,
  { id, name }: Pick<Org, 'id' | 'name'>,
): string | undefined {
  const stored = orgs.find((one) => one.id === id)?.name ?? '';
  const isMain = id === MAIN_ORG && !orgs.some((one) => one.name === name);
  // A token with few permissions learns no name.
  return stored === '' || name === '' || stored === name || isMain ? undefined : stored;
}

/** Why an entry does not go to the organization with its ID, unless someone said so; undefined where it may. */
export function refusedByOrg(
  { manifest, instance, options, sameOrgs }: PlanRequest,
  { org, kind }: Pick<ManifestEntry, 'org' | 'kind'>,
): KnownReason | undefined {
  const { copy, orgs } = options;
  const live = instance.orgs.find(({ id }) => id === org);
  const isChosen = copy?.org !== undefined || orgs?.has(org) === true || sameOrgs?.has(org) === true;
  if (live === undefined || isChosen || SERVER_KINDS.has(kind)) {
    return undefined;
  }
  const name = otherName(manifest, live);
  return name === undefined ? undefined : reason('org-other', { org: String(org), name, now: live.name });
}

/** Why a run cannot write to an organization. Only a server admin can list the others. */
export function outOfReach({ scope: { others } }: Pick<Instance, 'scope'>, org: number): KnownReason {
  const isThere = others === undefined || others.some(({ id }) => id === org);
  return reason(isThere ? 'org-out-of-scope' : 'org-absent', { org: String(org) });
}
