import { SERVER_KINDS, type KindName } from '../../../contract/kinds.ts';
import type { Loss, Manifest, Shrunk } from '../../../contract/manifest.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { isNotAskedFor } from '../../scope.ts';

/** Of what is lost, at least half must be gone, and at least this number. */
const MANY = 5;
/** Or all of it, and at least this number. */
const ALL_OF = 3;

/** These go by themselves: they expire, or Grafana clears them. */
const PASSING: ReadonlySet<KindName> = new Set<KindName>(['silence', 'annotation', 'dashboard-snapshot']);

/** What the new snapshot has to say of itself for the comparison. */
export type Shrinkable = Pick<Manifest, 'id' | 'orgs' | 'scope' | 'kinds' | 'resources'>;

/**
 * Whether a snapshot lacks much that an earlier one has: half of everything, of an organization, or of a kind in one.
 * Resources count by name, so that others in their place hide nothing; organizations and kinds that someone chose to
 * leave out do not count. One whose credentials reach less does: no one chose that.
 * @returns undefined when it does not
 */
export function shrunkSince(before: Shrinkable, now: Shrinkable): Shrunk | undefined {
  const counted = countedOf(before, now);
  const twins = new Map(before.orgs.map((org) => [org.id, twinOf(org, now)]));
  const names = new Set(now.resources.map(({ org, kind, uid }) => nameOf(org, kind, uid)));
  const tallies = new Map<string, Loss>();
  for (const { org, kind, uid } of before.resources.filter(counted)) {
    const isGone = !names.has(nameOf(twins.get(org) ?? org, kind, uid));
    const places = SERVER_KINDS.has(kind) ? [{}, { kind }] : [{}, { org }, { org, kind }];
    for (const place of places) {
      const key = JSON.stringify(place);
      const tally = tallies.get(key) ?? { ...place, before: 0, gone: 0 };
      tally.before++;
      tally.gone += Number(isGone);
      tallies.set(key, tally);
    }
  }
  const much = [...tallies.values()].filter(isMuch);
  const losses = much
    .filter((loss) => !followsOwner(loss, much))
    .sort(
      // Of everything first, then of whole organizations.
      (a, b) =>
        Number(a.org !== undefined) - Number(b.org !== undefined) || (a.org ?? 0) - (b.org ?? 0) || b.gone - a.gone,
    );
  return losses.length === 0 ? undefined : { since: before.id, losses };
}

/** Permissions go with what they are of. */
function followsOwner({ org, kind }: Loss, all: readonly Loss[]): boolean {
  const owner = kind === undefined ? undefined : kindOf(kind).owner;
  return owner !== undefined && all.some((one) => one.org === org && one.kind === owner);
}

function isMuch({ before, gone }: Loss): boolean {
  return (gone >= MANY && gone * 2 >= before) || (gone >= ALL_OF && gone === before);
}

/** Of the earlier snapshot, what the new one was asked for. */
function countedOf(before: Shrinkable, now: Shrinkable): (entry: Manifest['resources'][number]) => boolean {
  const reached = new Set(before.orgs.flatMap((org) => (twinOf(org, now) === undefined ? [] : [org.id])));
  const isChosen = now.scope?.orgs === 'chosen';
  return ({ org, kind }) => {
    const report = now.kinds[kind];
    const isUnselected = report !== undefined && isNotAskedFor(report);
    return !PASSING.has(kind) && !isUnselected && (!isChosen || SERVER_KINDS.has(kind) || reached.has(org));
  };
}

/** The same organization in another snapshot: a Grafana that was rebuilt may number it otherwise. */
function twinOf({ id, name }: Manifest['orgs'][number], { orgs }: Shrinkable): number | undefined {
  const named = orgs.find((org) => org.name === name && name !== '');
  return (named ?? orgs.find((org) => org.id === id))?.id;
}

/** What belongs to the whole server is stored under the first organization of its backup, whichever that was. */
function nameOf(org: number, kind: KindName, uid: string): string {
  return `${SERVER_KINDS.has(kind) ? '' : org} ${kind} ${uid}`;
}
