import type { ReadableChange } from '../../../contract/api/diff.ts';
import { longestRun } from '../named-lists.ts';
import { change } from '../change.ts';
import type { DashboardModel, Panel, Place } from './model.ts';
import type { GroupPairs } from './groups.ts';
import { groupName } from './names.ts';

type Grid = NonNullable<Place['grid']>;
interface Placed {
  before: Panel;
  after: Panel;
  from: Grid;
  to: Grid;
}

/** More panels in one row or dashboard are compared by their columns only. */
const MOST_ORDERED = 400;

/**
 * Which panels were moved or resized. Grafana moves panels up and down by itself when others come, go or grow, so a
 * panel counts as moved only when it changed its column, its order among those above and below, or its row.
 */
export function placeChanges(
  before: DashboardModel,
  after: DashboardModel,
  panels: readonly (readonly [Panel, Panel])[],
  groups: GroupPairs,
  others: { names: ReadonlyMap<Panel, string>; countChanged: boolean },
): ReadableChange[] {
  const found = new Map<Panel, ReadableChange[]>();
  const report = (panel: Panel, one: ReadableChange): void => {
    found.set(panel, [...(found.get(panel) ?? []), one]);
  };
  const nameOf = (panel: Panel): string => others.names.get(panel) ?? panel.title;
  const inPlace = new Map<string, Placed[]>();
  for (const [one, other] of panels) {
    const [from, to] = [one.place, other.place];
    const kept = groups.keys.get(from.group);
    if (kept !== to.group) {
      // Where its row went or a new one came above it, nobody moved the panel itself.
      const made = ![...groups.keys.values()].includes(to.group);
      if (kept !== undefined && !made) {
        report(other, movedTo(nameOf(other), placeName(before, from), placeName(after, to)));
      }
      reportSize(other, from.grid, to.grid);
      continue;
    }
    if (from.grid !== undefined && to.grid !== undefined) {
      const placed = { before: one, after: other, from: from.grid, to: to.grid };
      inPlace.set(to.group, [...(inPlace.get(to.group) ?? []), placed]);
      reportSize(other, from.grid, to.grid);
    }
  }

  function reportSize(panel: Panel, from: Grid | undefined, to: Grid | undefined): void {
    if (from !== undefined && to !== undefined && (from.w !== to.w || from.h !== to.h)) {
      const params = { panel: nameOf(panel), before: `${from.w}×${from.h}`, after: `${to.w}×${to.h}` };
      report(panel, change('panel-resized', params));
    }
  }

  const shifted: Placed[] = [];
  for (const placed of inPlace.values()) {
    const movers = placed.length > MOST_ORDERED ? new Set<Placed>() : outOfOrder(placed);
    for (const one of placed) {
      if (one.from.x !== one.to.x || movers.has(one)) {
        report(one.after, change('panel-moved', { panel: nameOf(one.after) }, gridsOf(one)));
      } else if (one.from.y !== one.to.y) {
        shifted.push(one);
      }
    }
  }
  autoOrder(panels, groups).forEach((panel) => report(panel, change('panel-moved', { panel: nameOf(panel) })));
  if (found.size === 0 && !groups.shifting && !others.countChanged) {
    shifted.forEach((one) => report(one.after, change('panel-moved', { panel: nameOf(one.after) }, gridsOf(one))));
  }
  return panels.flatMap(([, panel]) => found.get(panel) ?? []);
}

function gridsOf({ from, to }: Placed): { path: string; before: Grid & object; after: Grid & object } {
  return { path: 'gridPos', before: { ...from }, after: { ...to } };
}

/** From one row or tab to another; '' is none. */
function movedTo(panel: string, from: string, to: string): ReadableChange {
  if (from === '') {
    return change('panel-moved-into', { panel, to });
  }
  return to === '' ? change('panel-moved-out', { panel, from }) : change('panel-moved-to', { panel, from, to });
}

function placeName(model: DashboardModel, place: Place): string {
  return groupName(model.groups.find(({ key }) => key === place.group));
}

/** The fewest panels whose order changed among those that share a column with them. */
function outOfOrder(placed: readonly Placed[]): Set<Placed> {
  const against = new Map<Placed, Set<Placed>>();
  placed.forEach((one, at) => {
    for (const other of placed.slice(at + 1)) {
      const turned = overlap(one.from, other.from) && overlap(one.to, other.to);
      if (turned && Math.sign(one.from.y - other.from.y) * Math.sign(one.to.y - other.to.y) < 0) {
        against.set(one, (against.get(one) ?? new Set()).add(other));
        against.set(other, (against.get(other) ?? new Set()).add(one));
      }
    }
  });
  const movers = new Set<Placed>();
  const far = ({ from, to }: Placed): number => Math.abs(from.y - to.y);
  while (against.size > 0) {
    const [worst] = [...against].sort(([a, x], [b, y]) => y.size - x.size || far(b) - far(a))[0] ?? [];
    if (worst === undefined) {
      break;
    }
    movers.add(worst);
    for (const other of against.get(worst) ?? []) {
      const left = against.get(other);
      left?.delete(worst);
      if (left?.size === 0) {
        against.delete(other);
      }
    }
    against.delete(worst);
  }
  return movers;
}

function overlap(one: Grid, other: Grid): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w;
}

/** Panels that are elsewhere in a layout which arranges them by order alone. */
function autoOrder(panels: readonly (readonly [Panel, Panel])[], groups: GroupPairs): Panel[] {
  const byGroup = new Map<string, [Panel, Panel][]>();
  for (const [one, other] of panels) {
    const stays = groups.keys.get(one.place.group) === other.place.group;
    if (stays && one.place.grid === undefined && other.place.grid === undefined) {
      byGroup.set(other.place.group, [...(byGroup.get(other.place.group) ?? []), [one, other]]);
    }
  }
  return [...byGroup.values()].flatMap((inside) => {
    const ranked = [...inside].sort(([, a], [, b]) => a.place.order - b.place.order).map(([one]) => one);
    const places = new Map(ranked.map((panel, at) => [panel, at]));
    const line = [...inside].sort(([a], [b]) => a.place.order - b.place.order);
    const staying = longestRun(line.map(([one]) => places.get(one) ?? 0));
    return line.flatMap(([, panel], at) => (staying.has(at) ? [] : [panel]));
  });
}
