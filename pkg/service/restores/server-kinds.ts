import { SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Selection } from '../../engine/restore/types.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/**
 * What a plan of the service leaves out of the snapshot: what belongs to the whole server. It could make somebody a
 * server admin, and anyone who asks here is an admin of one organization.
 * @param manifest - as the caller may see it
 */
export function leftToCommandLine({ id, kinds }: Manifest, { kinds: wanted, only, folders }: Selection): KnownReason[] {
  const isWanted = (kind: KindName): boolean => wanted?.includes(kind) ?? (only === undefined && folders === undefined);
  const left = [...SERVER_KINDS].filter(
    (kind) =>
      isWanted(kind) &&
      kindOf(kind).declaration.restored !== 'no' &&
      (kinds[kind]?.stored ?? 0) + (kinds[kind]?.reused ?? 0) > 0,
  );
  return left.length === 0
    ? []
    : [reason('command-line-only', { kinds: left.join(', '), snapshot: id, list: left.join(',') })];
}

/** What a plan of the service leaves out of a snapshot of several organizations: all but the one whose page asks. */
export function otherOrganizations({ id, orgs }: Manifest, org: number, { only, folders }: Selection): KnownReason[] {
  const others = orgs.filter((one) => one.id !== org).map(({ name }) => name);
  if (others.length === 0 || only !== undefined || folders !== undefined) {
    return [];
  }
  const own = orgs.find((one) => one.id === org)?.name ?? '';
  const command = `dashkeep restore ${id} --everything`;
  return [reason('only-this-org', { org: own, others: others.join(', '), command })];
}
