import { compact } from '../../../contract/compact.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Caller, OrgTarget } from '../types.ts';

const MAIN = 1;

/**
 * Finds the organizations of a snapshot in a Grafana: by name; the main one is the main one, whatever its name. What
 * has the name and another ID may be another one, whose Admin took the name.
 * @returns them by their id in the snapshot, so that a Grafana with none of them gives them the same ids where it can.
 */
export function matchOrgs(manifest: Manifest, live: readonly Org[], caller: Caller): OrgTarget[] {
  const known = knownOrgs(manifest);
  const main = live.find(({ id }) => id === MAIN);
  const mainIsFree = main !== undefined && !known.some(({ name }) => name === main.name);
  return known.map(({ id, name }) => {
    const twin = live.find((org) => org.name === name) ?? (id === MAIN && mainIsFree ? main : undefined);
    // It may be the same one, which was renamed.
    const numbered = live.find((org) => org.id === id && !known.some((one) => one.name === org.name));
    return {
      from: id,
      name,
      ...compact({ org: twin }),
      ...(twin === undefined || twin.name === name || isUnnamed({ name }) ? {} : { renamedFrom: twin.name }),
      ...(twin === undefined || twin.name !== name || twin.id === id || id === 0 ? {} : { otherId: twin.id }),
      ...(twin === undefined && !isUnnamed({ name }) ? compact({ namedNow: numbered?.name }) : {}),
      isOpen: twin !== undefined && caller.memberships.get(twin.id)?.role === 'Admin',
    };
  });
}

/** Those with content, and those that the snapshot only lists. */
function knownOrgs({ orgs, resources }: Manifest): { id: number; name: string }[] {
  const byName = new Map<string, number>();
  for (const { kind, uid, facts } of resources) {
    if (kind === 'org') {
      byName.set(uid, Number(facts?.['id'] ?? 0));
    }
  }
  orgs.filter((org) => !isUnnamed(org)).forEach(({ id, name }) => byName.set(name, id));
  const named = [...byName].map(([name, id]) => ({ id, name }));
  // An archive may have several of which it says only the ID.
  return [...named, ...orgs.filter(isUnnamed)].sort((a, b) => a.id - b.id);
}

/** Whether only the ID of an organization is known, so that it cannot be created. */
export function isUnnamed({ name }: Pick<OrgTarget, 'name'>): boolean {
  return name === '';
}

/** Where what an organization of the snapshot holds goes, for `RestoreOptions.orgs`. */
export function orgMap(targets: readonly OrgTarget[]): Map<number, number> {
  return new Map(targets.flatMap(({ from, org }) => (org === undefined ? [] : [[from, org.id] as const])));
}
