import type { ResourceRef } from '../../../contract/kinds.ts';
import { cellOf, covers, isIncomplete, keyOf, type Thing, type VersionState } from './files.ts';
import type { DatedChange, DatedRow } from './fold.ts';
import { timelineOf, type Mark, type VersionChange } from './timeline.ts';

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

/**
 * What became of a folder and of all that is or was in it or below it, newest first. Of what was moved in or out, only
 * the changes meanwhile count, and the moves themselves.
 */
export function changesBelow(
  { org, uid }: ResourceRef,
  all: readonly Indexed[],
  rows: readonly DatedRow[],
  existing: ReadonlySet<string>,
): ResourceChange[] {
  const own = all.filter(({ thing: [of] }) => of === org);
  const folders = foldersBelow(uid, own);
  const isIn = (state: VersionState | undefined): boolean =>
    state?.folderUid !== undefined && folders.has(state.folderUid);
  const marks = new Map<string, Mark[]>();
  const found: ResourceChange[] = [];
  for (const { thing, changes } of own) {
    const [, kind, of] = thing;
    const isRoot = kind === 'folder' && of === uid;
    if (!isRoot && !statesOf(changes).some(isIn)) {
      continue;
    }
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

/** The folder and every folder that was ever below it. */
function foldersBelow(root: string, all: readonly Indexed[]): ReadonlySet<string> {
  const folders = all.filter(({ thing: [, kind] }) => kind === 'folder');
  const found = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { thing, changes } of folders) {
      const [, , uid] = thing;
      if (!found.has(uid) && statesOf(changes).some(({ folderUid = '' }) => found.has(folderUid))) {
        found.add(uid);
        grown = true;
      }
    }
  }
  return found;
}

function statesOf(changes: readonly DatedChange[]): VersionState[] {
  return changes.flatMap(({ is }) => (typeof is === 'string' ? [] : [is]));
}

function newestFirst(a: ResourceChange, b: ResourceChange): number {
  const [one, other] = [a.change.snapshots.first, b.change.snapshots.first];
  return one === other ? (keyOfRef(a) < keyOfRef(b) ? -1 : 1) : one < other ? 1 : -1;
}

function keyOfRef({ ref: { org, kind, uid } }: ResourceChange): string {
  return keyOf([org, kind, uid]);
}
