import type { Abortable } from '../../../lib/abortable.ts';
import type { Thing } from '../generations/thing.ts';
import { cellOf, covers, isIncomplete, type IsSameOrg } from './files.ts';
import type { DatedChange, DatedRow } from './fold.ts';
import type { Observation } from './timeline.ts';

/** Who asks, where organizations are distinguished by more than their IDs. */
export interface AskedFor extends Abortable {
  isSameOrg?: IsSameOrg | undefined;
}

/** The snapshots that there are, by organization and kind, each made once. */
export class ObservationsByCell {
  readonly #rows: readonly DatedRow[];
  readonly #existing: ReadonlySet<string>;
  readonly #full: ReadonlySet<string>;
  readonly #isSameOrg: IsSameOrg | undefined;
  readonly #places: ReadonlyMap<string, number>;
  readonly #observations = new Map<string, Observation[]>();
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
  with(thing: Thing, changes: readonly DatedChange[]): Observation[] {
    const observations = [...this.#of(thing)];
    for (const { snapshot, is } of changes) {
      const place = this.#places.get(snapshot) ?? -1;
      const observation = observations[place];
      if (observation !== undefined) {
        observations[place] = { ...observation, is };
      }
    }
    return observations;
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

  #of([org, kind]: Thing): readonly Observation[] {
    const cell = cellOf(org, kind);
    const observations =
      this.#observations.get(cell) ??
      this.#rows.map(({ id, scope }) => ({
        snapshot: id,
        shown: this.#existing.has(id),
        full: this.#full.has(id),
        covers: covers(scope, org, kind) && !this.#isOther(id, scope, org),
        incomplete: isIncomplete(scope, org, kind),
        copied: scope.copied === true,
      }));
    this.#observations.set(cell, observations);
    return observations;
  }

  #isOther(snapshot: string, { orgs }: DatedRow['scope'], org: number): boolean {
    return orgs.some(([id, name]) => id === org && this.#isSameOrg?.(snapshot, id, name) === false);
  }

  #nextShown(thing: Thing, deleted: boolean): (string | undefined)[] {
    const next: (string | undefined)[] = [];
    let last: string | undefined;
    for (const [back, observation] of this.#of(thing).toReversed().entries()) {
      if (observation.shown && observation.covers && !(deleted && observation.incomplete)) {
        last = observation.snapshot;
      }
      next[this.#rows.length - 1 - back] = last;
    }
    return next;
  }
}
