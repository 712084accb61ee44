import type { Abortable } from '../../../lib/abortable.ts';
import type { Thing } from '../generations/thing.ts';
import { cellOf, covers, isIncomplete, type IsSameOrg } from './files.ts';
import type { DatedChange, DatedRow } from './fold.ts';
import type { Mark } from './timeline.ts';

/** Who asks, where organizations are distinguished by more than their IDs. */
export interface AskedFor extends Abortable {
  isSameOrg?: IsSameOrg | undefined;
}

/** The snapshots that there are, by organization and kind, each made once. */
export class MarksByCell {
  readonly #rows: readonly DatedRow[];
  readonly #existing: ReadonlySet<string>;
  readonly #full: ReadonlySet<string>;
  readonly #isSameOrg: IsSameOrg | undefined;
  readonly #places: ReadonlyMap<string, number>;
  readonly #marks = new Map<string, Mark[]>();
  readonly #next = new Map<string, (string | undefined)[]>();

  /**
   * @param snapshots - ids of those that there are, and of the full backups among them
   * @param isSameOrg - leaves out organizations that only have the ID; absent = none
   */
  constructor(
    rows: readonly DatedRow[],
    snapshots: Record<'existing' | 'full', ReadonlySet<string>>,
    isSameOrg?: IsSameOrg,
  ) {
    this.#isSameOrg = isSameOrg;
    this.#rows = rows;
    this.#existing = snapshots.existing;
    this.#full = snapshots.full;
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

  /** The oldest snapshot that can show a resource: what it has is not new there. */
  firstShown(thing: Thing): string | undefined {
    return this.#of(thing).find(({ shown, covers }) => shown && covers)?.snapshot;
  }

  #of([org, kind]: Thing): readonly Mark[] {
    const cell = cellOf(org, kind);
    const marks =
      this.#marks.get(cell) ??
      this.#rows.map(({ id, scope }) => ({
        snapshot: id,
        shown: this.#existing.has(id),
        full: this.#full.has(id),
        covers: covers(scope, org, kind) && !this.#isOther(id, scope, org),
        incomplete: isIncomplete(scope, org, kind),
      }));
    this.#marks.set(cell, marks);
    return marks;
  }

  #isOther(snapshot: string, { orgs }: DatedRow['scope'], org: number): boolean {
    return orgs.some(([id, name]) => id === org && this.#isSameOrg?.(snapshot, id, name) === false);
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
