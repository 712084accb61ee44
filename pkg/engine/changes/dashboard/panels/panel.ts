import {
  arrayAt,
  isJsonObject,
  objectAt,
  stringAt,
  without,
  type Json,
  type JsonObject,
} from '../../../../lib/json/json.ts';
import { same } from '../../leaves.ts';
import type { Panel, Place, Query } from '../model.ts';
import { DEFAULT_THRESHOLDS, panelDefaults, WITHOUT_DATA } from './panel-defaults.ts';
import { withFieldFooter } from './table-footer.ts';
import { stripped, withoutDefaults } from '../strip.ts';
import { customOf, mappingsOf, optionsOf, overridesOf, thresholdsOf, transformationOf } from '../values.ts';

/** Members that Grafana derives, or that are of no effect any more. */
const DERIVED = [
  'scopedVars',
  'repeatPanelId',
  'repeatIteration',
  'repeatedByRow',
  'isNew',
  'editable',
  'error',
  'span',
  'height',
  'datasource',
  'tooltip',
  'minSpan',
];

/** Members that have their own room in the model. */
const OWN = [
  'id',
  'title',
  'type',
  'pluginVersion',
  'gridPos',
  'libraryPanel',
  'description',
  'targets',
  'transformations',
  'fieldConfig',
  'options',
  'links',
  'repeat',
];

/** A panel in the form of the classic schema, from either schema. */
export interface ClassicPanel {
  panel: JsonObject;
  queries: Query[];
  place: Place;
}

/** A panel in the form that both schemas are compared in, without what its plugin has as default. */
export function panelOf({ panel, queries, place }: ClassicPanel): Panel {
  const library = objectAt(panel, 'libraryPanel');
  const type = library === undefined ? (stringAt(panel, 'type') ?? '') : '';
  const defaults = panelDefaults(type);
  const field = objectAt(panel, 'fieldConfig', 'defaults') ?? {};
  const id = panel['id'];
  const shared = {
    id: typeof id === 'number' ? id : undefined,
    title: stringAt(panel, 'title') ?? '',
    type,
    library: stringAt(library, 'name') ?? stringAt(library, 'uid') ?? '',
    libraryUid: stringAt(library, 'uid') ?? '',
    place,
    repeat: repeatOf(panel),
  };
  if (library !== undefined) {
    // What it shows is the library's; a copy of that here is what an old Grafana left.
    return { ...shared, ...NOTHING };
  }
  const thresholds = thresholdsOf(objectAt(field, 'thresholds') ?? {});
  const shown = withFieldFooter({
    options: optionsOf(objectAt(panel, 'options') ?? {}),
    field: fieldOf(field),
    overrides: overridesOf(objectAt(panel, 'fieldConfig')?.['overrides']),
  });
  return {
    ...shared,
    pluginVersion: stringAt(panel, 'pluginVersion') ?? '',
    description: stringAt(panel, 'description') ?? '',
    queries: WITHOUT_DATA.has(type) ? [] : queries,
    transformations: (arrayAt(panel, 'transformations') ?? []).filter(isJsonObject).map(transformationOf),
    unit: stringAt(field, 'unit') ?? '',
    thresholds: same(thresholds, thresholdsOf(DEFAULT_THRESHOLDS)) || isEmpty(thresholds) ? {} : thresholds,
    overrides: shown.overrides,
    links: (arrayAt(panel, 'links') ?? []).map((link) => (isJsonObject(link) ? stripped(link) : link)),
    options: withoutDefaults(shown.options, defaults.options),
    field: withoutDefaults(shown.field, defaults.field),
    settings: stripped(without(panel, ...OWN, ...DERIVED)),
  };
}

const NOTHING = {
  pluginVersion: '',
  description: '',
  queries: [],
  transformations: [],
  unit: '',
  thresholds: {},
  overrides: [],
  links: [],
  options: {},
  field: {},
  settings: {},
} satisfies Partial<Panel>;

function isEmpty(thresholds: JsonObject): boolean {
  return Array.isArray(thresholds['steps']) && thresholds['steps'].length === 0;
}

function fieldOf(field: JsonObject): JsonObject {
  const { unit: _, thresholds: __, mappings, custom, ...rest } = field;
  return {
    ...rest,
    ...(mappings === undefined ? {} : { mappings: mappingsOf(mappings) }),
    ...(isJsonObject(custom) ? { custom: customOf(custom) } : {}),
  };
}

/** By which variable, and in which direction when it is not the usual one. */
function repeatOf(panel: JsonObject): string {
  const variable = stringAt(panel, 'repeat') ?? '';
  return variable !== '' && stringAt(panel, 'repeatDirection') === 'v' ? `${variable} (v)` : variable;
}

/** What a query asks, without what Grafana's editors keep beside it. */
export function querySettings(settings: JsonObject): JsonObject {
  const { range, instant } = settings;
  const kept = without(settings, 'refId', 'hide', 'datasource', 'editorMode', 'key', 'requestId');
  return stripped(instant === true && range === false ? without(kept, 'range') : kept);
}

/** The member that holds the text of a query, by what data sources call it. */
const TEXTS = ['expr', 'rawSql', 'query', 'queryText', 'expression', 'rawQueryText', 'rawQuery', 'target', 'statement'];

/** The text of a query, and under which name it is there. */
export function queryText(settings: JsonObject): { name: string; text: string } | undefined {
  for (const name of TEXTS) {
    const text: Json | undefined = settings[name];
    if (typeof text === 'string') {
      return { name, text };
    }
  }
  return undefined;
}
