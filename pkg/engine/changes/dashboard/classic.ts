import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../lib/json/json.ts';
import { annotationsOf, linksOf, settingsOf, variablesOf } from './classic-lists.ts';
import type { DashboardModel, Group, Panel, Place, Query } from './model.ts';
import { panelOf, querySettings } from './panels/panel.ts';
import { sourceOf } from './values.ts';

/** The dashboard itself as a group. */
export const ROOT: Group = {
  key: '',
  type: 'dashboard',
  parent: undefined,
  id: undefined,
  title: '',
  collapsed: false,
  repeat: '',
  free: true,
  settings: {},
};

/** A dashboard of the classic schema. */
export function classicModel(dashboard: JsonObject): DashboardModel {
  const { groups, panels } = arranged(dashboard);
  const refresh = dashboard['refresh'];
  return {
    api: 'v1',
    schemaVersion: numberAt(dashboard, 'schemaVersion'),
    title: stringAt(dashboard, 'title') ?? '',
    description: stringAt(dashboard, 'description') ?? '',
    tags: (arrayAt(dashboard, 'tags') ?? []).filter((tag) => typeof tag === 'string'),
    time: { from: stringAt(dashboard, 'time', 'from') ?? 'now-6h', to: stringAt(dashboard, 'time', 'to') ?? 'now' },
    refresh: typeof refresh === 'string' ? refresh : '',
    timezone: timezoneOf(dashboard['timezone']),
    settings: settingsOf(dashboard),
    variables: variablesOf(arrayAt(dashboard, 'templating', 'list') ?? []),
    annotations: annotationsOf(arrayAt(dashboard, 'annotations', 'list') ?? []),
    links: linksOf(arrayAt(dashboard, 'links') ?? []),
    arrangement: groups.length > 1 ? 'rows' : 'grid',
    groups,
    panels,
  };
}

/** Grafana writes `browser` where nothing was chosen. */
function timezoneOf(value: Json | undefined): string {
  return typeof value === 'string' && value !== 'browser' ? value : '';
}

interface Arranged {
  groups: Group[];
  panels: Panel[];
}

function arranged(dashboard: JsonObject): Arranged {
  const old = arrayAt(dashboard, 'rows');
  return dashboard['panels'] === undefined && old !== undefined
    ? ofOldRows(old.filter(isJsonObject))
    : ofPanels((arrayAt(dashboard, 'panels') ?? []).filter(isJsonObject));
}

/** Panels after an expanded row are in it; a collapsed one holds its panels itself. */
function ofPanels(items: readonly JsonObject[]): Arranged {
  const groups = [ROOT];
  const panels: Panel[] = [];
  let open = { group: ROOT.key, top: 0 };
  const add = (panel: JsonObject, { group, top }: typeof open, order: number): void => {
    panels.push(classicPanel(panel, { group, order, grid: gridOf(panel, top) }));
  };
  items
    .filter(isOwn)
    .sort(byPlace)
    .forEach((item, order) => {
      if (item['type'] !== 'row') {
        add(item, open, order);
        return;
      }
      const row = rowOf(item, `row ${groups.length}`);
      groups.push(row);
      open = { group: row.key, top: (numberAt(item, 'gridPos', 'y') ?? 0) + 1 };
      const inside = (arrayAt(item, 'panels') ?? []).filter(isJsonObject).filter(isOwn).sort(byPlace);
      inside.forEach((panel, at) => add(panel, open, at));
    });
  return { groups, panels };
}

/** Old dashboards hold the repetitions of a panel as well; they come from the repeated one. */
function isOwn(panel: JsonObject): boolean {
  return panel['repeatPanelId'] === undefined || panel['repeatPanelId'] === null;
}

function rowOf(item: JsonObject, key: string): Group {
  return {
    ...ROOT,
    key,
    type: 'row',
    parent: ROOT.key,
    id: numberAt(item, 'id'),
    title: stringAt(item, 'title') ?? '',
    collapsed: item['collapsed'] === true,
    repeat: stringAt(item, 'repeat') ?? '',
  };
}

/** Before schema 16 every panel was in a row, which had a title when it was shown. */
function ofOldRows(rows: readonly JsonObject[]): Arranged {
  const shown = rows.some((row) => row['showTitle'] === true || row['collapse'] === true || row['repeat']);
  const groups = [ROOT];
  const panels: Panel[] = [];
  for (const row of rows) {
    const group: Group = {
      ...ROOT,
      key: `row ${groups.length}`,
      type: 'row',
      parent: ROOT.key,
      title: stringAt(row, 'title') ?? '',
      collapsed: row['collapse'] === true,
      repeat: stringAt(row, 'repeat') ?? '',
    };
    if (shown) {
      groups.push(group);
    }
    for (const panel of (arrayAt(row, 'panels') ?? []).filter(isJsonObject)) {
      panels.push(classicPanel(panel, { group: shown ? group.key : ROOT.key, order: panels.length, grid: undefined }));
    }
  }
  return { groups, panels };
}

function byPlace(a: JsonObject, b: JsonObject): number {
  const at = (item: JsonObject, axis: 'x' | 'y'): number => numberAt(item, 'gridPos', axis) ?? 0;
  return at(a, 'y') - at(b, 'y') || at(a, 'x') - at(b, 'x');
}

function gridOf(panel: JsonObject, top: number): Place['grid'] {
  const grid = objectAt(panel, 'gridPos');
  const of = (name: string): number => numberAt(grid, name) ?? 0;
  return grid === undefined ? undefined : { x: of('x'), y: of('y') - top, w: of('w'), h: of('h') };
}

/** A panel of the classic schema. */
export function classicPanel(panel: JsonObject, place: Place): Panel {
  const source = panel['datasource'];
  const queries = (arrayAt(panel, 'targets') ?? []).filter(isJsonObject).map((target): Query => ({
    refId: stringAt(target, 'refId') ?? '',
    hidden: target['hide'] === true,
    source: sourceOf(target['datasource'] ?? source),
    byName: typeof (target['datasource'] ?? source) === 'string',
    settings: querySettings(target),
  }));
  return panelOf({ panel, queries, place });
}
