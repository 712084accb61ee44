import { cellOf, covers, isIncomplete, type Thing } from './files.ts';
import type { DatedChange, DatedRow } from './fold.ts';
import type { Mark } from './timeline.ts';

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

/** The snapshots that there are, by organization and kind, each made once. */
export class MarksByCell {
  readonly #rows: readonly DatedRow[];
  readonly #existing: ReadonlySet<string>;
  readonly #places: ReadonlyMap<string, number>;
  readonly #marks = new Map<string, Mark[]>();
  readonly #next = new Map<string, (string | undefined)[]>();

  constructor(rows: readonly DatedRow[], existing: ReadonlySet<string>) {
    this.#rows = rows;
    this.#existing = existing;
    this.#places = new Map(rows.map(({ id }, place) => [id, place]));
  }

  of(thing: Thing): readonly Mark[] {
    const cell = cellOf(thing[0], thing[1]);
    const marks = this.#marks.get(cell) ?? marksOf(this.#rows, this.#existing, thing);
    this.#marks.set(cell, marks);
    return marks;
  }

  /** The snapshot, or the next one, that shows what became of a resource there; itself where none does. */
  shownAt(snapshot: string, thing: Thing, deleted: boolean): string {
    const cell = `${cellOf(thing[0], thing[1])} ${deleted}`;
    const next = this.#next.get(cell) ?? this.#nextShown(thing, deleted);
    this.#next.set(cell, next);
    return next[this.#places.get(snapshot) ?? -1] ?? snapshot;
  }

  #nextShown(thing: Thing, deleted: boolean): (string | undefined)[] {
    const next: (string | undefined)[] = [];
    let last: string | undefined;
    for (const [back, mark] of this.of(thing).toReversed().entries()) {
      if (mark.shown && mark.covers && !(deleted && mark.incomplete)) {
        last = mark.snapshot;
      }
      next[this.#rows.length - 1 - back] = last;
    }
    return next;
  }
}
