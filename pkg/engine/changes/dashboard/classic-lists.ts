import { isJsonObject, objectAt, without, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { same } from '../leaves.ts';
import { stripped } from './strip.ts';
import { sourceOf } from './values.ts';

/** What is in the model by itself, is Grafana's own, or is of no effect any more. */
const NOT_SETTINGS = [
  '__elements',
  '__inputs',
  '__requires',
  'annotations',
  'description',
  'gnetId',
  'hideControls',
  'id',
  'iteration',
  'links',
  'liveNow',
  'meta',
  'nav',
  'originalTitle',
  'panels',
  'pulldowns',
  'refresh',
  'revision',
  'rows',
  'schemaVersion',
  'services',
  'sharedCrosshair',
  'snapshot',
  'style',
  'tags',
  'templating',
  'time',
  'timepicker',
  'timezone',
  'title',
  'uid',
  'version',
];

const TOOLTIPS: Json[] = [0, 1, 2];
const USUAL_INTERVALS = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'];

/** Settings that have no change; `liveNow` only where it is on. */
export function settingsOf(dashboard: JsonObject): JsonObject {
  const {
    graphTooltip = dashboard['sharedCrosshair'] === true ? 1 : 0,
    fiscalYearStartMonth = 0,
    liveNow = false,
  } = dashboard;
  const picker = objectAt(dashboard, 'timepicker') ?? {};
  const { refresh_intervals: intervals } = picker;
  return stripped({
    ...without(dashboard, ...NOT_SETTINGS, 'graphTooltip', 'fiscalYearStartMonth'),
    liveNow,
    timepicker: {
      ...without(picker, 'refresh_intervals', 'time_options', 'status', 'type', 'now', 'notice', 'enable', 'collapse'),
      ...(intervals === undefined || same(intervals, USUAL_INTERVALS) ? {} : { refresh_intervals: intervals }),
    },
    ...(graphTooltip === 0 || !TOOLTIPS.includes(graphTooltip) ? {} : { graphTooltip }),
    ...(fiscalYearStartMonth === 0 ? {} : { fiscalYearStartMonth }),
  });
}

const HIDING = ['', 'hideLabel', 'hideVariable', 'inControlsMenu'];
const SORTING = [
  '',
  'alphabeticalAsc',
  'alphabeticalDesc',
  'numericalAsc',
  'numericalDesc',
  'alphabeticalCaseInsensitiveAsc',
  'alphabeticalCaseInsensitiveDesc',
  'naturalAsc',
  'naturalDesc',
];

/** What Grafana derives, or that is of no effect any more. */
const DERIVED = [
  'definition',
  'error',
  'global',
  'hideLabel',
  'hideVariable',
  'id',
  'index',
  'options',
  'queryValue',
  'rootStateKey',
  'state',
  'tagValuesQuery',
  'tags',
  'tagsQuery',
  'useTags',
];

/** Variables in one form: words instead of numbers, without what Grafana derives from the query. */
export function variablesOf(list: readonly Json[]): JsonObject[] {
  return list.filter(isJsonObject).map(variableOf);
}

/** A variable in the form that both schemas are compared in. */
function variableOf(variable: JsonObject): JsonObject {
  const { type = 'query', hide, refresh, sort, current, datasource, query, regexApplyTo, valuesFormat } = variable;
  return stripped({
    ...without(
      variable,
      ...DERIVED,
      'hide',
      'refresh',
      'sort',
      'current',
      'datasource',
      'regexApplyTo',
      'valuesFormat',
    ),
    type,
    hide: hide === undefined && variable['hideVariable'] === true ? 'hideVariable' : word(hide, HIDING),
    sort: word(sort, SORTING),
    // Whether it is asked for when the dashboard is opened is no choice any more.
    refresh: type === 'query' && (refresh === 2 || refresh === 'onTimeRangeChanged') ? 'onTimeRangeChanged' : '',
    datasource: sourceOf(datasource),
    current: type === 'constant' ? '' : chosen(current, type === 'datasource' ? 'text' : 'value'),
    regexApplyTo: regexApplyTo === 'value' ? '' : (regexApplyTo ?? ''),
    valuesFormat: valuesFormat === 'csv' ? '' : (valuesFormat ?? ''),
    query: isJsonObject(query) ? without(stripped(query), 'refId') : (query ?? ''),
  });
}

function word(value: Json | undefined, words: readonly string[]): Json {
  if (typeof value === 'number') {
    return words[value] ?? value;
  }
  return value === undefined || value === 'dontHide' || value === 'disabled' ? '' : value;
}

/** The saved value; one alone is the same as a list of it. Of data sources the name, for which Grafana puts uids. */
function chosen(current: Json | undefined, member: 'text' | 'value'): Json {
  if (!isJsonObject(current) || current['isNone'] === true) {
    return '';
  }
  const value = current[member] ?? '';
  return Array.isArray(value) && value.length === 1 ? (value[0] ?? '') : value;
}

/** The annotations that every dashboard has, as Grafana adds them. */
const BUILT_IN: JsonObject = {
  name: 'Annotations & Alerts',
  builtIn: true,
  hide: true,
  iconColor: 'rgba(0, 211, 255, 1)',
};

/** Annotation queries in one form, the one that every dashboard has included. */
export function annotationsOf(list: readonly Json[]): JsonObject[] {
  const given = list.filter(isJsonObject).map(annotationOf);
  return given.some((one) => one['builtIn'] === true) ? given : [BUILT_IN, ...given];
}

/** An annotation query; what it asks may be in `target`, or beside its name. */
function annotationOf(annotation: JsonObject): JsonObject {
  const { builtIn, target, datasource } = annotation;
  const isBuiltIn = builtIn === 1 || builtIn === true;
  const source = sourceOf(datasource);
  const asked = isJsonObject(target) ? without(target, 'refId') : {};
  return stripped({
    ...without(annotation, 'builtIn', 'target', 'datasource', 'type', 'showIn'),
    ...(isBuiltIn ? {} : { target: asked }),
    builtIn: isBuiltIn,
    datasource: isBuiltIn ? '' : source,
  });
}

/** Links of a dashboard in one form. */
export function linksOf(list: readonly Json[]): JsonObject[] {
  return list.filter(isJsonObject).map((link) => {
    const { icon } = link;
    return stripped({ ...link, icon: icon === 'external link' ? '' : (icon ?? '') });
  });
}
