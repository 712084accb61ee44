import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  without,
  type JsonObject,
} from '../../../lib/json/json.ts';
import { ROOT } from './classic.ts';
import type { Group, Place } from './model.ts';
import { stripped } from './strip.ts';

/** Where the layout shows an element. */
export interface Laid {
  element: string;
  /** What else the layout says about it, by the names of the classic schema. */
  settings: JsonObject;
  place: Place;
}

const ARRANGEMENTS: Record<string, string> = {
  GridLayout: 'grid',
  RowsLayout: 'rows',
  TabsLayout: 'tabs',
  AutoGridLayout: 'auto grid',
};

/** Rows, tabs and the places of elements in a v2 layout. */
export function laidOut(layout: JsonObject): { groups: Group[]; items: Laid[]; arrangement: string } {
  const groups: Group[] = [{ ...ROOT, free: isFree(layout) }];
  const items: Laid[] = [];
  walk(layout, ROOT.key, groups, items);
  return { groups, items, arrangement: ARRANGEMENTS[kindOf(layout)] ?? kindOf(layout) };
}

function walk(layout: JsonObject, group: string, groups: Group[], items: Laid[]): void {
  const spec = objectAt(layout, 'spec') ?? {};
  for (const part of [...(arrayAt(spec, 'rows') ?? []), ...(arrayAt(spec, 'tabs') ?? [])].filter(isJsonObject)) {
    const inner = objectAt(part, 'spec', 'layout') ?? {};
    // Panels above the first row are in one that is not shown.
    if (objectAt(part, 'spec')?.['hideHeader'] === true && (stringAt(part, 'spec', 'title') ?? '') === '') {
      walk(inner, group, groups, items);
      continue;
    }
    const found = groupOf(part, group, groups.length, isFree(inner));
    groups.push(found);
    walk(inner, found.key, groups, items);
  }
  for (const item of (arrayAt(spec, 'items') ?? []).filter(isJsonObject)) {
    if (kindOf(item) === 'GridLayoutRow') {
      const row = groupOf(item, group, groups.length, true);
      groups.push(row);
      const inner = (arrayAt(item, 'spec', 'elements') ?? []).filter(isJsonObject);
      inner.forEach((one) => items.push(laid(one, row.key, items.length)));
    } else {
      items.push(laid(item, group, items.length));
    }
  }
}

function groupOf(part: JsonObject, parent: string, count: number, free: boolean): Group {
  const spec = objectAt(part, 'spec') ?? {};
  return {
    key: `group ${count}`,
    type: kindOf(part) === 'TabsLayoutTab' ? 'tab' : 'row',
    parent,
    id: undefined,
    title: stringAt(spec, 'title') ?? '',
    collapsed: spec['collapse'] === true || spec['collapsed'] === true,
    repeat: stringAt(spec, 'repeat', 'value') ?? '',
    free,
    settings: stripped(without(spec, 'title', 'collapse', 'collapsed', 'repeat', 'layout', 'elements', 'y')),
  };
}

function laid(item: JsonObject, group: string, order: number): Laid {
  const spec = objectAt(item, 'spec') ?? {};
  const of = (name: string): number => numberAt(spec, name) ?? 0;
  return {
    element: stringAt(spec, 'element', 'name') ?? '',
    settings: {
      ...without(spec, 'x', 'y', 'width', 'height', 'element'),
      repeat: stringAt(spec, 'repeat', 'value') ?? '',
      repeatDirection: stringAt(spec, 'repeat', 'direction') ?? '',
      maxPerRow: numberAt(spec, 'repeat', 'maxPerRow') ?? null,
    },
    place: {
      group,
      order,
      grid: kindOf(item) === 'GridLayoutItem' ? { x: of('x'), y: of('y'), w: of('width'), h: of('height') } : undefined,
    },
  };
}

function isFree(layout: JsonObject): boolean {
  return kindOf(layout) !== 'AutoGridLayout';
}

function kindOf(part: JsonObject): string {
  return stringAt(part, 'kind') ?? '';
}
