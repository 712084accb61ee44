import {
  covers,
  sameVersion,
  type HeadFile,
  type NamesFile,
  type Row,
  type Scope,
  type Stated,
  type TableFile,
  type ThingHistory,
  type VersionState,
} from './files.ts';
import { keyOf, type Thing } from '../generations/thing.ts';
import { internScope } from './append.ts';

const DELETED = -1;
const UNREAD = -2;

/** A change with the id of its snapshot. */
export interface DatedChange {
  snapshot: string;
  is: Stated;
}

/** All rows of an index, oldest first, with their scopes. */
export interface DatedRow {
  id: string;
  scheme: string;
  scope: Scope;
}

/** The rows of a table, oldest first, each with its scope; rows without one are left out. */
export function rowsOf({ scopes, snapshots }: Pick<TableFile, 'scopes' | 'snapshots'>): DatedRow[] {
  return snapshots.flatMap(([id, scheme, at]) => {
    const scope = scopes[at];
    return scope === undefined ? [] : [{ id, scheme, scope }];
  });
}

/** The table of a generation made of rows; equal scopes are kept once. */
export function tableOf(rows: readonly DatedRow[]): Omit<TableFile, 'generation'> {
  const table: Omit<TableFile, 'generation'> = { format: 1, scopes: [], snapshots: [] };
  for (const { id, scheme, scope } of rows) {
    table.snapshots.push([id, scheme, internScope(table, scope)]);
  }
  return table;
}

/** The changes of a resource in the large part. @param rows - of its table */
export function unfolded({ thing, changes, states }: ThingHistory, rows: readonly Row[]): Known {
  const dated = changes.flatMap(([at, of]) => {
    const snapshot = rows[at]?.[0];
    const is = of === DELETED ? 'deleted' : of === UNREAD ? 'unread' : states[of];
    return snapshot === undefined || is === undefined ? [] : [{ snapshot, is } satisfies DatedChange];
  });
  return { thing, changes: dated };
}

/** What the large part has with what the head has. */
export function merged(known: readonly Known[], news: Iterable<Known>): Map<string, Known> {
  const found = new Map(known.map((one) => [keyOf(one.thing), one]));
  for (const { thing, changes } of news) {
    const before = found.get(keyOf(thing))?.changes ?? [];
    found.set(keyOf(thing), { thing, changes: [...before, ...changes] });
  }
  return found;
}

/** A resource with its changes, oldest first. */
export interface Known {
  thing: Thing;
  changes: DatedChange[];
}

/** The changes of each resource in the head, by the key of the resource. */
export function changesIn({ changes, snapshots }: HeadFile): Map<string, Known> {
  const found = new Map<string, Known>();
  for (const [at, thing, is] of changes) {
    const snapshot = snapshots[at]?.[0];
    if (snapshot !== undefined) {
      const known = found.get(keyOf(thing)) ?? { thing, changes: [] };
      found.set(keyOf(thing), known);
      known.changes.push({ snapshot, is });
    }
  }
  return found;
}

/** The rows of an index that stay. */
export interface KeptRows {
  kept: DatedRow[];
  /** The snapshot itself if it stays, or else the next that does and covers the resource. */
  next(snapshot: string, thing: Thing): string | undefined;
}

/** Those rows, oldest first, that stay. */
export function keptRows(rows: readonly DatedRow[], isKept: (id: string) => boolean): KeptRows {
  const places = new Map(rows.map(({ id }, place) => [id, place]));
  return {
    kept: rows.filter(({ id }) => isKept(id)),
    next(snapshot, [org, kind]) {
      const covering = ({ id, scope }: DatedRow): boolean => isKept(id) && covers(scope, org, kind);
      return isKept(snapshot) ? snapshot : rows.slice((places.get(snapshot) ?? 0) + 1).find(covering)?.id;
    },
  };
}

/**
 * The changes of a resource as they are without the snapshots that go: what one of those was the first to show, the
 * next that stays shows now.
 */
export function withoutGone(thing: Thing, changes: readonly DatedChange[], rows: KeptRows): DatedChange[] {
  const moved: DatedChange[] = [];
  changes.forEach(({ snapshot, is }, index) => {
    const following = changes[index + 1]?.snapshot;
    const place = rows.next(snapshot, thing);
    if (place !== undefined && (following === undefined || place < following)) {
      moved.push({ snapshot: place, is });
    }
  });
  return moved.filter(({ is }, index) => {
    const earlier = moved[index - 1]?.is;
    return earlier === undefined ? is !== 'deleted' : !sameVersion(earlier, is);
  });
}

/** A resource as a shard keeps it. @param places - of snapshots in the table, by id */
export function historyOf(
  thing: Thing,
  changes: readonly DatedChange[],
  places: ReadonlyMap<string, number>,
): ThingHistory {
  const states: VersionState[] = [];
  /** Places of the states with an object: few have the same, and only those are compared as a whole. */
  const known = new Map<string, number[]>();
  const placeOf = (is: Stated): number => {
    if (typeof is === 'string') {
      return is === 'deleted' ? DELETED : UNREAD;
    }
    const same = known.get(is.object) ?? [];
    const found = same.find((place) => states[place] === is || JSON.stringify(states[place]) === JSON.stringify(is));
    if (found !== undefined) {
      return found;
    }
    const place = states.push(is) - 1;
    known.set(is.object, [...same, place]);
    return place;
  };
  return {
    thing,
    changes: changes.map(({ snapshot, is }) => [places.get(snapshot) ?? 0, placeOf(is)]),
    states,
  };
}

/** The line that represents a resource in the list of names. @param folders - those that are named so far, by uid */
export function nameOf(
  { thing, states, changes }: ThingHistory,
  folders: Map<string, number>,
): NamesFile['names'][number] {
  const places = new Set<number>();
  for (const { folderUid } of states) {
    if (folderUid !== undefined) {
      const place = folders.get(folderUid) ?? folders.size;
      folders.set(folderUid, place);
      places.add(place);
    }
  }
  const [last = 0, state] = changes.at(-1) ?? [];
  return [thing, states.at(-1)?.title ?? '', state === DELETED, last, changes.length, [...places]];
}
