import type { Thing } from '../generations/thing.ts';
import { cellOf, covers, isIncomplete } from './files.ts';
import type { DatedChange, DatedRow } from './fold.ts';
import type { Mark } from './timeline.ts';

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

  /** The snapshots as a resource goes by them, oldest first, with what was put down about it. */
  with(thing: Thing, changes: readonly DatedChange[]): Mark[] {
    const marks = [...this.#of(thing)];
    for (const { snapshot, is } of changes) {
      const place = this.#places.get(snapshot) ?? -1;
      const mark = marks[place];
      if (mark !== undefined) {
        marks[place] = { ...mark, is };
      }
    }
    return marks;
  }

  /** The snapshot, or the next one, that shows what became of a resource there; itself where none does. */
  shownAt(snapshot: string, thing: Thing, deleted: boolean): string {
    const cell = `${cellOf(thing[0], thing[1])} ${deleted}`;
    const next = this.#next.get(cell) ?? this.#nextShown(thing, deleted);
    this.#next.set(cell, next);
    return next[this.#places.get(snapshot) ?? -1] ?? snapshot;
  }

  #of([org, kind]: Thing): readonly Mark[] {
    const cell = cellOf(org, kind);
    const marks =
      this.#marks.get(cell) ??
      this.#rows.map(({ id, scope }) => ({
        snapshot: id,
        shown: this.#existing.has(id),
        covers: covers(scope, org, kind),
        incomplete: isIncomplete(scope, org, kind),
      }));
    this.#marks.set(cell, marks);
    return marks;
  }

  #nextShown(thing: Thing, deleted: boolean): (string | undefined)[] {
    const next: (string | undefined)[] = [];
    let last: string | undefined;
    for (const [back, mark] of this.#of(thing).toReversed().entries()) {
      if (mark.shown && mark.covers && !(deleted && mark.incomplete)) {
        last = mark.snapshot;
      }
      next[this.#rows.length - 1 - back] = last;
    }
    return next;
  }
}
