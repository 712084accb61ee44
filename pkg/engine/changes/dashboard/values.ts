import { canonicalJson, isJsonObject, numberAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { stripped } from './strip.ts';

/** What fields look like in old schemas and what Grafana makes of them, brought into the new form. */

/** A data source by its uid, or by name as in old dashboards. `$name` and `${name}` are the same variable. */
export function sourceOf(value: Json | undefined): string {
  const uid = typeof value === 'string' ? value : (stringAt(value, 'uid') ?? stringAt(value, 'name') ?? '');
  return /^\$\w+$/.test(uid) ? `\${${uid.slice(1)}}` : uid;
}

/** Thresholds without the value of the first step: it is open downwards, and stored as null, 0 or not at all. */
export function thresholdsOf(value: JsonObject): JsonObject {
  const steps = Array.isArray(value['steps']) ? value['steps'].filter(isJsonObject) : [];
  const [first, ...others] = steps.map((step): JsonObject => {
    const { color, value: from } = step;
    return {
      ...(color === undefined ? {} : { color }),
      ...(from === undefined || from === null ? {} : { value: from }),
    };
  });
  const { value: _, ...base } = first ?? {};
  return { mode: value['mode'] ?? 'absolute', steps: first === undefined ? [] : [base, ...others] };
}

/** Value mappings one by one: old ones are numbered by type, new ones are grouped. Their order is of no effect. */
export function mappingsOf(value: Json | undefined): Json[] {
  const mappings = (Array.isArray(value) ? value : []).filter(isJsonObject).flatMap((mapping): Json[] => {
    const options = mapping['options'];
    if (typeof mapping['type'] === 'string') {
      return mapping['type'] === 'value' && isJsonObject(options)
        ? Object.entries(options).map(([match, result]) => mapped(match, result))
        : [stripped(mapping)];
    }
    return numberAt(mapping, 'type') === 2
      ? [stripped({ type: 'range', options: oldRange(mapping) })]
      : [mapped(stringAt(mapping, 'value') ?? '', { text: mapping['text'] ?? '' })];
  });
  return mappings.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

function mapped(match: string, result: Json): Json {
  const { index: _, ...shown } = isJsonObject(result) ? result : {};
  return { type: 'value', match, result: stripped(shown) };
}

function oldRange(mapping: JsonObject): JsonObject {
  const bound = (name: string): Json => {
    const text = mapping[name] ?? null;
    return typeof text === 'string' && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  };
  return { from: bound('from'), to: bound('to'), result: { text: mapping['text'] ?? '' } };
}

const CELLS: Record<string, JsonObject> = {
  'color-background': { type: 'color-background', mode: 'gradient' },
  'color-background-solid': { type: 'color-background', mode: 'basic' },
  'gradient-gauge': { type: 'gauge', mode: 'gradient' },
  'lcd-gauge': { type: 'gauge', mode: 'lcd' },
  basic: { type: 'gauge', mode: 'basic' },
};

/** How a table cell is shown, from the word of old tables. */
function cellOptionsOf(mode: Json): Json {
  return typeof mode !== 'string' ? mode : (CELLS[mode] ?? { type: mode });
}

/** Custom settings of fields in the new form. */
export function customOf(custom: JsonObject): JsonObject {
  const { displayMode, ...rest } = custom;
  const hidden = isJsonObject(custom['hideFrom']) ? hideFromOf(custom['hideFrom']) : undefined;
  return {
    ...rest,
    ...(displayMode === undefined || custom['cellOptions'] !== undefined
      ? {}
      : { cellOptions: cellOptionsOf(displayMode) }),
    ...(hidden === undefined ? {} : { hideFrom: hidden }),
  };
}

/** Before 8.1 `graph` meant what is `viz` now. */
function hideFromOf(value: JsonObject): JsonObject {
  const { graph, ...rest } = value;
  return graph === undefined ? rest : { viz: graph, ...rest };
}

/**
 * Overrides in the new form. What was hidden by a click on the legend is hidden in the tooltip, too, since schema 42.
 */
export function overridesOf(value: Json | undefined): Json[] {
  return (Array.isArray(value) ? value : []).filter(isJsonObject).map((override): Json => {
    const properties = Array.isArray(override['properties']) ? override['properties'].filter(isJsonObject) : [];
    return stripped({ ...override, properties: properties.map(propertyOf) });
  });
}

function propertyOf(property: JsonObject): Json {
  const { id, value = null } = property;
  if (id === 'custom.displayMode') {
    return { id: 'custom.cellOptions', value: cellOptionsOf(value) };
  }
  if (id === 'custom.hideFrom' && isJsonObject(value)) {
    const hidden = hideFromOf(value);
    return { id, value: stripped(hidden['viz'] === true ? { ...hidden, tooltip: false } : hidden) };
  }
  if (id === 'thresholds' && isJsonObject(value)) {
    return { id, value: thresholdsOf(value) };
  }
  if (id === 'mappings') {
    return { id, value: mappingsOf(value) };
  }
  return isJsonObject(value) ? { id: id ?? null, value: stripped(value) } : { id: id ?? null, value };
}

/** Options in the new form: a legend that was hidden by its mode is one that is not shown. */
export function optionsOf(options: JsonObject): JsonObject {
  const { tooltipOptions, ...rest } = options;
  const legend = options['legend'];
  return {
    ...rest,
    ...(tooltipOptions === undefined || options['tooltip'] !== undefined ? {} : { tooltip: tooltipOptions }),
    ...(isJsonObject(legend) && legend['displayMode'] === 'hidden'
      ? { legend: { ...legend, displayMode: 'list', showLegend: false } }
      : {}),
  };
}

/** A transformation in the new form: of time series tables each query has its own statistic since schema 39. */
export function transformationOf(transformation: JsonObject): JsonObject {
  const options = isJsonObject(transformation['options']) ? transformation['options'] : {};
  const stats = options['refIdToStat'];
  if (transformation['id'] !== 'timeSeriesTable' || !isJsonObject(stats)) {
    return stripped(transformation);
  }
  const { refIdToStat: _, ...rest } = options;
  const moved = Object.entries(stats).map(([refId, stat]) => [refId, { stat }]);
  return stripped({ ...transformation, options: { ...rest, ...Object.fromEntries(moved) } });
}
