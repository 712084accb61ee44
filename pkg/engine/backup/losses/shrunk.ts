import { SERVER_KINDS, type KindName } from '../../../contract/kinds.ts';
import type { Loss, Shrunk } from '../../../contract/losses/losses.ts';
import { isHalf } from '../../../contract/losses/mass-change.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import type { RunRecord } from '../../../contract/runs.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { groupBy } from '../../../lib/group-by.ts';
import { isNotAskedFor } from '../../scope.ts';
import { keyOf } from '../../restore/target.ts';
import { lostAnnotations } from './annotations.ts';

/** These go by themselves: they expire, or Grafana clears them. Annotations are judged by `lostAnnotations`. */
export const PASSING: ReadonlySet<KindName> = new Set<KindName>(['silence', 'annotation', 'dashboard-snapshot']);

/** More than a share in percent, and at least a number. */
export interface Threshold {
  percent: number;
  least: number;
}

/** From when on deleted and overwritten resources of one kind in one organization are reported. */
export interface Alarm {
  gone: Threshold;
  changed: Threshold;
}

export const DEFAULT_ALARM: Alarm = { gone: { percent: 10, least: 10 }, changed: { percent: 30, least: 20 } };

/** @returns whether that many are more than the threshold */
export function isOver({ percent, least }: Threshold, some: number, all: number): boolean {
  return some >= least && some * 100 > all * percent;
}

/** @returns whether a loss is over the threshold, or half of its number and two and a half times its share */
function isMuch(threshold: Threshold, some: number, all: number): boolean {
  const { percent, least } = threshold;
  return isOver(threshold, some, all) || (some * 2 >= least && some * 100 >= all * percent * 2.5);
}

/** What restores of Dashkeep did last to resources, by key. */
export type Restored = ReadonlyMap<string, NonNullable<RunRecord['touched']>[number]>;

export interface Judging {
  alarm: Alarm;
  restored: Restored;
}

/** What the new snapshot has to say of itself for the comparison. */
export type Shrinkable = Pick<Manifest, 'id' | 'orgs' | 'scope' | 'kinds' | 'resources'>;

/**
 * Whether a snapshot lacks much that an earlier one has: half of everything, of an organization, or of a kind in one;
 * or more of a kind than the alarm allows, without what a restore deleted. Resources count by name, so that others in
 * their place hide nothing; organizations and kinds that someone chose to leave out do not count. One whose credentials
 * reach less does: no one chose that.
 * @returns undefined when it does not
 */
export function shrunkSince(
  before: Shrinkable,
  now: Shrinkable,
  { alarm, restored }: Judging = { alarm: DEFAULT_ALARM, restored: new Map() },
): Shrunk | undefined {
  const counted = countedOf(before, now);
  const twins = new Map(before.orgs.map((org) => [org.id, twinOf(org, now)]));
  const names = new Set(now.resources.map(({ org, kind, uid }) => nameOf(org, kind, uid)));
  const tallies = new Map<string, Loss & { restored: number }>();
  for (const { org, kind, uid } of before.resources.filter(counted)) {
    const isGone = !names.has(nameOf(twins.get(org) ?? org, kind, uid));
    const isRestored = isGone && restored.get(keyOf({ org, kind, uid }))?.did === 'deleted';
    const places = SERVER_KINDS.has(kind) ? [{}, { kind }] : [{}, { org }, { org, kind }];
    for (const place of places) {
      const key = JSON.stringify(place);
      const tally = tallies.get(key) ?? { ...place, before: 0, gone: 0, restored: 0 };
      tally.before++;
      tally.gone += Number(isGone);
      tally.restored += Number(isRestored);
      tallies.set(key, tally);
    }
  }
  for (const loss of annotationLosses(before, now, twins, restored)) {
    tallies.set(JSON.stringify(loss), loss);
  }
  const much = [...tallies.values()]
    .filter((one) => isHalf(one) || (one.kind && isMuch(alarm.gone, one.gone - one.restored, one.before)))
    .map(({ restored: _, ...loss }) => loss);
  const losses = much
    .filter((loss) => !followsOwner(loss, much))
    .sort(
      // Of everything first, then of whole organizations.
      (a, b) =>
        Number(a.org !== undefined) - Number(b.org !== undefined) || (a.org ?? 0) - (b.org ?? 0) || b.gone - a.gone,
    );
  return losses.length === 0 ? undefined : { since: before.id, losses };
}

/** They count neither for a whole organization nor for everything: they may be many more than all the rest. */
function annotationLosses(
  before: Shrinkable,
  now: Shrinkable,
  twins: ReadonlyMap<number, number | undefined>,
  restored: Restored,
): (Loss & { restored: number })[] {
  const isCounted = countedOf(before, now, new Set());
  const counted = before.resources.filter((entry) => entry.kind === 'annotation' && isCounted(entry));
  const lost = lostAnnotations(before, now, (org) => twins.get(org));
  return [...groupBy(counted, ({ org }) => org)].map(([org, all]) => {
    const gone = all.filter((entry) => lost.has(keyOf(entry)));
    const isRestored = (entry: ManifestEntry): boolean => restored.get(keyOf(entry))?.did === 'deleted';
    const [of, by] = [gone.length, gone.filter(isRestored).length];
    return { org, kind: 'annotation', before: all.length, gone: of, restored: by };
  });
}

/** Permissions go with what they are of. */
function followsOwner({ org, kind }: Loss, all: readonly Loss[]): boolean {
  const owner = kind === undefined ? undefined : kindOf(kind).owner;
  return owner !== undefined && all.some((one) => one.org === org && one.kind === owner);
}

/** Of the earlier snapshot, what the new one was asked for. @param passing - kinds that do not count */
export function countedOf(
  before: Shrinkable,
  now: Shrinkable,
  passing: ReadonlySet<KindName> = PASSING,
): (entry: ManifestEntry) => boolean {
  const reached = new Set(before.orgs.flatMap((org) => (twinOf(org, now) === undefined ? [] : [org.id])));
  const isChosen = now.scope?.orgs === 'chosen';
  return ({ org, kind }) => {
    const report = now.kinds[kind];
    const isUnselected = report !== undefined && isNotAskedFor(report);
    return !passing.has(kind) && !isUnselected && (!isChosen || SERVER_KINDS.has(kind) || reached.has(org));
  };
}

/** The same organization in another snapshot: a Grafana that was rebuilt may number it otherwise. */
export function twinOf({ id, name }: Manifest['orgs'][number], { orgs }: Shrinkable): number | undefined {
  const named = orgs.find((org) => org.name === name && name !== '');
  return (named ?? orgs.find((org) => org.id === id))?.id;
}

/** What belongs to the whole server is stored under the first organization of its backup, whichever that was. */
export function nameOf(org: number, kind: KindName, uid: string): string {
  return `${SERVER_KINDS.has(kind) ? '' : org} ${kind} ${uid}`;
}
