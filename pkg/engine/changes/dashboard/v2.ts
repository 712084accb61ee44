import { VARIABLE_TYPES } from '../../../contract/variable-types.ts';
import {
  arrayAt,
  isJsonObject,
  objectAt,
  stringAt,
  without,
  type Json,
  type JsonObject,
} from '../../../lib/json/json.ts';
import { ROOT, timezoneOf } from './classic.ts';
import { annotationsOf, linksOf, settingsOf, variablesOf } from './classic-lists.ts';
import type { DashboardModel, Panel, Query } from './model.ts';
import { panelOf, querySettings } from './panels/panel.ts';
import { laidOut, type Laid } from './v2-layout.ts';
import { sourceOf } from './values.ts';

const TOOLTIPS: Record<string, number> = { Off: 0, Crosshair: 1, Tooltip: 2 };

/** Members of a v2 spec that are in the model under another name. */
const NOT_SETTINGS = ['elements', 'layout', 'variables', 'annotations', 'cursorSync', 'timeSettings'];

/** A dashboard of the v2 schema, with everything by the names of the classic one. */
export function v2Model(api: string, spec: JsonObject): DashboardModel {
  const time = objectAt(spec, 'timeSettings') ?? {};
  const { groups, items, arrangement } = laidOut(objectAt(spec, 'layout') ?? {});
  const picker = {
    refresh_intervals: time['autoRefreshIntervals'] ?? null,
    hidden: time['hideTimepicker'] ?? false,
    nowDelay: time['nowDelay'] ?? '',
    quick_ranges: time['quickRanges'] ?? null,
  };
  return {
    api,
    schemaVersion: undefined,
    title: stringAt(spec, 'title') ?? '',
    description: stringAt(spec, 'description') ?? '',
    tags: (arrayAt(spec, 'tags') ?? []).filter((tag) => typeof tag === 'string'),
    time: { from: stringAt(time, 'from') ?? 'now-6h', to: stringAt(time, 'to') ?? 'now' },
    refresh: stringAt(time, 'autoRefresh') ?? '',
    timezone: timezoneOf(time['timezone']),
    settings: settingsOf({
      ...without(spec, ...NOT_SETTINGS),
      ...(spec['liveNow'] === true ? { liveNow: true } : {}),
      weekStart: time['weekStart'] ?? '',
      fiscalYearStartMonth: time['fiscalYearStartMonth'] ?? 0,
      graphTooltip: TOOLTIPS[stringAt(spec, 'cursorSync') ?? 'Off'] ?? 0,
      timepicker: picker['refresh_intervals'] === null ? without(picker, 'refresh_intervals') : picker,
    }),
    variables: variablesOf((arrayAt(spec, 'variables') ?? []).filter(isJsonObject).map(classicVariable)),
    annotations: annotationsOf((arrayAt(spec, 'annotations') ?? []).filter(isJsonObject).map(classicAnnotation)),
    links: linksOf(arrayAt(spec, 'links') ?? []),
    arrangement,
    groups,
    panels: panelsOf(objectAt(spec, 'elements') ?? {}, items),
  };
}

function classicVariable(variable: JsonObject): JsonObject {
  const kind = stringAt(variable, 'kind') ?? '';
  const spec = objectAt(variable, 'spec') ?? {};
  const query = objectAt(spec, 'query');
  const source = objectAt(query, 'datasource') ?? variable['datasource'] ?? spec['datasource'];
  return {
    ...without(spec, 'query', 'pluginId', 'datasource'),
    type: VARIABLE_TYPES[kind] ?? kind,
    query: spec['pluginId'] ?? (query === undefined ? (spec['query'] ?? '') : askedBy(query)),
    ...(source === undefined ? {} : { datasource: source }),
  };
}

/** What a query asks; a text of old dashboards is below its own name. */
function askedBy(query: JsonObject): Json {
  const spec = objectAt(query, 'spec') ?? {};
  return stringAt(spec, '__legacyStringValue') ?? spec;
}

function classicAnnotation(annotation: JsonObject): JsonObject {
  const spec = objectAt(annotation, 'spec') ?? {};
  const query = objectAt(spec, 'query') ?? {};
  return {
    ...objectAt(spec, 'legacyOptions'),
    ...without(spec, 'legacyOptions', 'query'),
    target: objectAt(query, 'spec') ?? {},
    datasource: objectAt(query, 'datasource') ?? spec['datasource'] ?? '',
  };
}

/** Panels in the order of the layout, then those that the layout does not show. */
function panelsOf(elements: JsonObject, items: readonly Laid[]): Panel[] {
  const shown = new Set(items.map(({ element }) => element));
  const hidden = Object.keys(elements).filter((name) => !shown.has(name));
  const all = [
    ...items,
    ...hidden.map((element, order): Laid => ({
      element,
      repeat: {},
      settings: {},
      place: { group: ROOT.key, order: items.length + order, grid: undefined },
    })),
  ];
  return all.flatMap((item) => {
    const element = objectAt(elements, item.element);
    return element === undefined ? [] : [elementPanel(element, item)];
  });
}

function elementPanel(element: JsonObject, { repeat, settings, place }: Laid): Panel {
  const spec = objectAt(element, 'spec') ?? {};
  const viz = objectAt(spec, 'vizConfig') ?? {};
  const data = objectAt(spec, 'data', 'spec') ?? {};
  const queries = (arrayAt(data, 'queries') ?? []).filter(isJsonObject).map(queryOf);
  const library = objectAt(spec, 'libraryPanel');
  const panel: JsonObject = {
    ...without(spec, 'data', 'vizConfig'),
    ...objectAt(data, 'queryOptions'),
    ...settings,
    ...(library === undefined ? {} : { libraryPanel: library }),
    type: stringAt(viz, 'group') ?? stringAt(viz, 'kind') ?? '',
    pluginVersion: stringAt(viz, 'version') ?? stringAt(viz, 'spec', 'pluginVersion') ?? '',
    options: objectAt(viz, 'spec', 'options') ?? {},
    fieldConfig: objectAt(viz, 'spec', 'fieldConfig') ?? {},
    transformations: (arrayAt(data, 'transformations') ?? []).filter(isJsonObject).map(transformationOf),
    repeat: repeat['value'] ?? '',
    repeatDirection: repeat['direction'] ?? '',
    maxPerRow: repeat['maxPerRow'] ?? null,
  };
  return panelOf({ panel, queries, place });
}

function queryOf(item: JsonObject): Query {
  const spec = objectAt(item, 'spec') ?? {};
  const query = objectAt(spec, 'query') ?? {};
  return {
    refId: stringAt(spec, 'refId') ?? '',
    hidden: spec['hidden'] === true,
    source: sourceOf(query['datasource'] ?? spec['datasource']),
    byName: false,
    settings: querySettings(objectAt(query, 'spec') ?? {}),
  };
}

function transformationOf(item: JsonObject): JsonObject {
  const spec = objectAt(item, 'spec') ?? {};
  return { ...spec, id: stringAt(item, 'group') ?? stringAt(spec, 'id') ?? stringAt(item, 'kind') ?? '' };
}

/** Which spec a body has, and in which version it is stored. */
export function v2SpecOf(body: JsonObject): { api: string; spec: JsonObject } | undefined {
  const api = (stringAt(body, 'apiVersion') ?? '').split('/').at(-1) ?? '';
  const spec = objectAt(body, 'spec');
  return api.startsWith('v2') && spec !== undefined ? { api, spec } : undefined;
}
