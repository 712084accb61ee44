import type { Abortable } from '../../../lib/abortable.ts';
import { byShard } from '../generations/shards.ts';
import type { Thing } from '../generations/thing.ts';
import type { HeadFile, TableFile, VersionState } from './files.ts';
import { changesIn, merged, unfolded, type Known } from './fold.ts';
import type { VersionFiles } from './generation.ts';

/** A resource with those versions that a snapshot holds which is there. */
export interface ThingVersions {
  thing: Thing;
  states: VersionState[];
}

/** Every version of everything, in parts by a hash of the resource. */
export interface EveryVersion {
  /** Ids of the snapshots that it is made from, as far as they are there. */
  snapshots: string[];
  /** How many parts there are, a power of two. */
  shards: number;
  /** Part of the resources. @throws PartLost when it is gone or damaged */
  things(shard: number): Promise<ThingVersions[]>;
}

/** @param existing - ids of the snapshots that there are */
export function everyVersion(
  files: VersionFiles,
  { head, table }: { head: HeadFile; table: Pick<TableFile, 'snapshots'> },
  existing: ReadonlySet<string>,
  calls: Abortable,
): EveryVersion {
  const snapshots = [...table.snapshots, ...head.snapshots].map(([id]) => id);
  const isHeld = heldBetween(snapshots, existing);
  const shards = head.base?.shards ?? 1;
  const news = byShard(changesIn(head).values(), shards);
  const versionsOf = ({ thing, changes }: Known): ThingVersions => ({
    thing,
    states: changes.flatMap(({ snapshot, is }, at) =>
      typeof is === 'string' || !isHeld(snapshot, changes[at + 1]?.snapshot) ? [] : is,
    ),
  });
  return {
    snapshots: snapshots.filter((id) => existing.has(id)),
    shards,
    async things(shard) {
      const folded = (await files.shard(head, shard, calls)).map((one) => unfolded(one, table.snapshots));
      return [...merged(folded, news.get(shard) ?? []).values()].map(versionsOf);
    },
  };
}

/** Whether a snapshot that is there is one of those from a first one up to the next change. */
function heldBetween(
  snapshots: readonly string[],
  existing: ReadonlySet<string>,
): (first: string, next: string | undefined) => boolean {
  const places = new Map(snapshots.map((id, place) => [id, place]));
  const before = [0];
  for (const [place, id] of snapshots.entries()) {
    before.push((before[place] ?? 0) + (existing.has(id) ? 1 : 0));
  }
  const countBefore = (id: string | undefined): number =>
    before[id === undefined ? snapshots.length : (places.get(id) ?? 0)] ?? 0;
  return (first, next) => countBefore(next) > countBefore(first);
}
