import { compact } from '../../../contract/compact.ts';
import { asObject, asObjects, asText, type Loose } from '../../../contract/dashboards/loose.ts';
import { classicVariable, panelOfElement } from '../../../contract/dashboards/v2.ts';
import { objectAt, type JsonObject } from '../../../lib/json/json.ts';
import { classicModel, classicPanel, ROOT } from './classic.ts';
import type { DashboardModel, Panel } from './model.ts';
import { laidOut, type Laid } from './v2-layout.ts';

const TOOLTIPS: Readonly<Record<string, number>> = { Off: 0, Crosshair: 1, Tooltip: 2 };

/** A dashboard of the v2 schema, with everything by the names of the classic one. */
export function v2Model(api: string, spec: JsonObject): DashboardModel {
  const { groups, items, arrangement } = laidOut(objectAt(spec, 'layout') ?? {});
  const panels = panelsOf(objectAt(spec, 'elements') ?? {}, items);
  // Made of members of the spec alone.
  const classic = inClassicForm(spec) as JsonObject;
  return { ...classicModel(classic), api, schemaVersion: undefined, arrangement, groups, panels };
}

/** All but the panels. */
function inClassicForm(spec: Loose): Loose {
  const { elements: _, layout: __, variables, annotations, cursorSync, timeSettings, ...own } = spec;
  const { from, to, timezone, weekStart, fiscalYearStartMonth, ...time } = asObject(timeSettings);
  const timepicker = {
    refresh_intervals: time['autoRefreshIntervals'],
    hidden: time['hideTimepicker'],
    nowDelay: time['nowDelay'],
    quick_ranges: time['quickRanges'],
  };
  return {
    ...own,
    time: { from, to },
    ...compact({ timezone, weekStart, fiscalYearStartMonth, refresh: time['autoRefresh'] }),
    graphTooltip: TOOLTIPS[asText(cursorSync)] ?? 0,
    timepicker: compact(timepicker),
    templating: { list: asObjects(variables).map(classicVariable) },
    annotations: { list: asObjects(annotations).map(classicAnnotation) },
  };
}

function classicAnnotation(annotation: Loose): Loose {
  const { legacyOptions, query: given, datasource, ...own } = asObject(annotation['spec']);
  const query = asObject(given);
  return {
    ...asObject(legacyOptions),
    ...own,
    target: asObject(query['spec']),
    datasource: query['datasource'] ?? datasource,
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
      settings: {},
      place: { group: ROOT.key, order: items.length + order, grid: undefined },
    })),
  ];
  return all.flatMap(({ element: name, settings, place }) => {
    const element = objectAt(elements, name);
    return element === undefined
      ? []
      : [classicPanel({ ...(panelOfElement(element) as JsonObject), ...settings }, place)];
  });
}
