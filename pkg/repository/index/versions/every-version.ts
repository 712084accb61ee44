import type { Abortable } from '../../../lib/abortable.ts';
import { keyOf, type HeadFile, type TableFile, type Thing, type VersionState } from './files.ts';
import { foldedChanges, type DatedChange } from './fold.ts';
import { bySharding } from './generation.ts';
import type { VersionParts } from './parts.ts';

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
  /** Part of the resources. @throws DK_INTEGRITY when it is gone or damaged */
  things(shard: number): Promise<ThingVersions[]>;
}

export interface EveryVersionPorts {
  head: HeadFile;
  table: Pick<TableFile, 'snapshots'>;
  parts: VersionParts;
  /** For a part that is gone or damaged. */
  lost: () => Promise<never>;
}

/** @param existing - ids of the snapshots that there are */
export function everyVersion(
  { head, table, parts, lost }: EveryVersionPorts,
  existing: ReadonlySet<string>,
  calls: Abortable,
): EveryVersion {
  const snapshots = [...table.snapshots, ...head.snapshots].map(([id]) => id);
  const isHeld = heldBetween(snapshots, existing);
  const shards = head.base?.shards ?? 1;
  const news = bySharding(head, shards);
  const versionsOf = (thing: Thing, changes: readonly DatedChange[]): ThingVersions => ({
    thing,
    states: changes.flatMap(({ snapshot, is }, at) =>
      typeof is === 'string' || !isHeld(snapshot, changes[at + 1]?.snapshot) ? [] : is,
    ),
  });
  return {
    snapshots: snapshots.filter((id) => existing.has(id)),
    shards,
    async things(shard) {
      const folded =
        head.base === undefined
          ? []
          : ((await parts.shard(head.base.generation, shard, calls)) ?? (await lost())).things;
      const fresh = new Map((news.get(shard) ?? []).map((one) => [keyOf(one.thing), one]));
      const found = folded.map((history) => {
        const key = keyOf(history.thing);
        const changes = [...foldedChanges(history, table.snapshots), ...(fresh.get(key)?.changes ?? [])];
        fresh.delete(key);
        return versionsOf(history.thing, changes);
      });
      return [...found, ...[...fresh.values()].map(({ thing, changes }) => versionsOf(thing, changes))];
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
