import { compact } from '../../../contract/compact.ts';
import type { ResourceRef } from '../../../contract/kinds.ts';
import { append } from '../../../lib/append.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import {
  cellOf,
  covers,
  isIncomplete,
  keyOf,
  type HeadFile,
  type TableFile,
  type Thing,
  type VersionState,
} from './files.ts';
import { foldedChanges, type DatedChange, type DatedRow } from './fold.ts';
import type { VersionParts } from './parts.ts';
import { timelineOf, type Mark, type VersionChange } from './timeline.ts';

/** Each takes some megabytes once it is parsed. */
const SHARDS_AT_ONCE = 8;

/** One change of one of several resources. */
export interface ResourceChange {
  ref: ResourceRef;
  change: VersionChange;
}

/** A resource with all that the index has about it, oldest first. */
export interface Indexed {
  thing: Thing;
  changes: DatedChange[];
}

/** The snapshots that there are, as a resource of that organization and kind goes by them, oldest first. */
export function marksOf(rows: readonly DatedRow[], existing: ReadonlySet<string>, [org, kind]: Thing): Mark[] {
  return rows.map(({ id, scope }) => ({
    snapshot: id,
    shown: existing.has(id),
    covers: covers(scope, org, kind),
    incomplete: isIncomplete(scope, org, kind),
  }));
}

/** The same for one resource, with what was put down about it. */
export function* withChanges(marks: readonly Mark[], changes: readonly DatedChange[]): Generator<Mark> {
  const at = new Map(changes.map(({ snapshot, is }) => [snapshot, is]));
  for (const mark of marks) {
    const is = at.get(mark.snapshot);
    yield is === undefined ? mark : { ...mark, is };
  }
}

/** A resource with the folders that it was ever in. */
interface Placed {
  thing: Thing;
  folders: Set<string>;
  /** The shard that has the rest about it. */
  shard?: number;
}

export interface Below {
  /** The folder, and every folder that was ever below it. */
  folders: ReadonlySet<string>;
  things: Indexed[];
}

/**
 * A folder with all that is or was in it or below it. Every shard is looked through for where things are; what became
 * of them is read again for those alone, as all of it may take hundreds of megabytes.
 * @returns undefined when a shard is gone or damaged
 */
export async function readBelow(
  { org, uid }: ResourceRef,
  { head, table, parts }: { head: HeadFile; table: Pick<TableFile, 'snapshots'>; parts: VersionParts },
  calls: Abortable = {},
): Promise<Below | undefined> {
  const { generation = '', shards = 0 } = head.base ?? {};
  const placed = new Map<string, Placed>();
  const put = (thing: Thing, states: readonly VersionState[], shard?: number): void => {
    const one: Placed = placed.get(keyOf(thing)) ?? { thing, folders: new Set(), ...compact({ shard }) };
    states.forEach(({ folderUid }) => (folderUid === undefined ? undefined : one.folders.add(folderUid)));
    placed.set(keyOf(thing), one);
  };
  const scanned = await mapConcurrently(SHARDS_AT_ONCE, [...Array(shards).keys()], async (shard) => {
    const file = await parts.shard(generation, shard, calls);
    file?.things.filter(({ thing: [of] }) => of === org).forEach(({ thing, states }) => put(thing, states, shard));
    return file !== undefined;
  });
  for (const [, thing, is] of head.changes) {
    if (thing[0] === org) {
      put(thing, typeof is === 'string' ? [] : [is]);
    }
  }
  const folders = foldersBelow(uid, [...placed.values()]);
  const wanted = [...placed.values()].filter(
    ({ thing: [, kind, of], folders: inside }) =>
      (kind === 'folder' && of === uid) || [...inside].some((one) => folders.has(one)),
  );
  const things = new Map(wanted.map(({ thing }): [string, Indexed] => [keyOf(thing), { thing, changes: [] }]));
  const needed = [...new Set(wanted.flatMap(({ shard }) => shard ?? []))];
  const read = await mapConcurrently(SHARDS_AT_ONCE, needed, async (shard) => {
    const file = await parts.shard(generation, shard, calls);
    for (const history of file?.things ?? []) {
      append(things.get(keyOf(history.thing))?.changes ?? [], foldedChanges(history, table.snapshots));
    }
    return file !== undefined;
  });
  if ([...scanned, ...read].includes(false)) {
    return undefined;
  }
  for (const [at, thing, is] of head.changes) {
    const snapshot = head.snapshots[at]?.[0];
    if (snapshot !== undefined) {
      things.get(keyOf(thing))?.changes.push({ snapshot, is });
    }
  }
  return { folders, things: [...things.values()] };
}

/**
 * What became of a folder and of what is below it, newest first. Of what was moved in or out, only the changes
 * meanwhile count, and the moves themselves.
 */
export function changesBelow(
  { org, uid }: ResourceRef,
  { folders, things }: Below,
  rows: readonly DatedRow[],
  existing: ReadonlySet<string>,
): ResourceChange[] {
  const isIn = (state: VersionState | undefined): boolean =>
    state?.folderUid !== undefined && folders.has(state.folderUid);
  const marks = new Map<string, Mark[]>();
  const found: ResourceChange[] = [];
  for (const { thing, changes } of things) {
    const [, kind, of] = thing;
    const isRoot = kind === 'folder' && of === uid;
    const cell = cellOf(org, kind);
    const cellMarks = marks.get(cell) ?? marksOf(rows, existing, thing);
    marks.set(cell, cellMarks);
    for (const change of timelineOf(withChanges(cellMarks, changes))) {
      if (isRoot || isIn(change.state) || isIn(change.before)) {
        found.push({ ref: { org, kind, uid: of }, change });
      }
    }
  }
  return found.sort(newestFirst);
}

function foldersBelow(root: string, all: readonly Placed[]): ReadonlySet<string> {
  const inside = all.filter(({ thing: [, kind] }) => kind === 'folder');
  const found = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { thing, folders } of inside) {
      const [, , uid] = thing;
      if (!found.has(uid) && [...folders].some((one) => found.has(one))) {
        found.add(uid);
        grown = true;
      }
    }
  }
  return found;
}

function newestFirst(a: ResourceChange, b: ResourceChange): number {
  const [one, other] = [a.change.snapshots.first, b.change.snapshots.first];
  return one === other ? (keyOfRef(a) < keyOfRef(b) ? -1 : 1) : one < other ? 1 : -1;
}

function keyOfRef({ ref: { org, kind, uid } }: ResourceChange): string {
  return keyOf([org, kind, uid]);
}
