import {
  arrayAt,
  isJsonObject,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
  stringifyJson,
} from '../../../../pkg/lib/json/json.ts';
import type { Json, JsonObject } from '../../../../pkg/lib/json/json.ts';

/** Whether an API version holds the newer, element-based dashboard. */
export function isV2(version: string): boolean {
  return version.startsWith('v2');
}

/**
 * The spec of a dashboard at another API version than it is stored as, the way the server converts on read:
 * v0alpha1 comes untouched, v1 and v1beta1 are migrated to the newest schema, v2 and classic lose what the other
 * cannot hold (tabs and auto grids one way, members that v2 does not know the other way).
 */
export function convertSpec(text: string, from: string, to: string, schemaVersion: number): string {
  if (from === to) {
    return text;
  }
  if (!isV2(from) && !isV2(to)) {
    return from === 'v0alpha1' ? migrated(text, schemaVersion) : text;
  }
  const { spec, write } = opened(text);
  if (!isJsonObject(spec)) {
    return text;
  }
  if (isV2(from)) {
    return write(isV2(to) ? otherV2(spec, from, to) : toClassic(spec, schemaVersion));
  }
  const v2 = toV2(spec);
  return write(to === 'v2alpha1' ? otherV2(v2, 'v2', to) : v2);
}

/** Parses a spec: the quick way when that changes no number, as it comes out the same again. */
function opened(text: string): { spec: Json; write: (value: Json) => string } {
  const spec = JSON.parse(text) as Json;
  return JSON.stringify(spec) === text
    ? { spec, write: (value) => JSON.stringify(value) }
    : { spec: parseJson(text), write: stringifyJson };
}

function migrated(text: string, schemaVersion: number): string {
  const found = /"schemaVersion":\s*(\d+)/.exec(text);
  if (found !== null && Number(found[1]) === schemaVersion) {
    return text;
  }
  const spec = parseJson(text);
  return isJsonObject(spec) ? stringifyJson({ ...spec, schemaVersion }) : text;
}

/** v2alpha1 names the visualisation by the kind of its config, the later ones by a group. */
function otherV2(spec: JsonObject, from: string, to: string): JsonObject {
  if ((from === 'v2alpha1') === (to === 'v2alpha1')) {
    return spec;
  }
  const elements: JsonObject = {};
  for (const [name, element] of Object.entries(objectAt(spec, 'elements') ?? {})) {
    const inner = objectAt(element, 'spec');
    const viz = objectAt(inner, 'vizConfig');
    if (!isJsonObject(element) || inner === undefined || viz === undefined) {
      elements[name] = element;
      continue;
    }
    const changed: JsonObject =
      to === 'v2alpha1'
        ? { kind: stringAt(viz, 'group') ?? '', spec: viz['spec'] ?? {} }
        : { kind: 'VizConfig', group: stringAt(viz, 'kind') ?? '', version: '', spec: viz['spec'] ?? {} };
    elements[name] = { ...element, spec: { ...inner, vizConfig: changed } };
  }
  return { ...spec, elements };
}

function toV2(spec: JsonObject): JsonObject {
  const elements: JsonObject = {};
  const items: Json[] = [];
  for (const panel of arrayAt(spec, 'panels') ?? []) {
    const type = stringAt(panel, 'type');
    if (!isJsonObject(panel) || type === 'row') {
      continue;
    }
    const name = `panel-${numberAt(panel, 'id') ?? items.length + 1}`;
    elements[name] = objectAt(panel, 'libraryPanel') ? libraryElement(panel) : panelElement(panel, type ?? '');
    items.push({
      kind: 'GridLayoutItem',
      spec: {
        x: numberAt(panel, 'gridPos', 'x') ?? 0,
        y: numberAt(panel, 'gridPos', 'y') ?? 0,
        width: numberAt(panel, 'gridPos', 'w') ?? 12,
        height: numberAt(panel, 'gridPos', 'h') ?? 8,
        element: { kind: 'ElementReference', name },
      },
    });
  }
  return {
    annotations: [],
    cursorSync: 'Off',
    editable: true,
    elements,
    layout: { kind: 'GridLayout', spec: { items } },
    links: arrayAt(spec, 'links') ?? [],
    liveNow: false,
    preload: false,
    tags: arrayAt(spec, 'tags') ?? [],
    timeSettings: {
      autoRefresh: stringAt(spec, 'refresh') ?? '',
      autoRefreshIntervals: ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'],
      fiscalYearStartMonth: 0,
      from: stringAt(spec, 'time', 'from') ?? 'now-6h',
      hideTimepicker: false,
      timezone: stringAt(spec, 'timezone') ?? 'browser',
      to: stringAt(spec, 'time', 'to') ?? 'now',
    },
    title: stringAt(spec, 'title') ?? '',
    variables: (arrayAt(spec, 'templating', 'list') ?? []).map((variable) => ({
      kind: 'QueryVariable',
      spec: { name: stringAt(variable, 'name') ?? '', hide: 'dontHide', query: stringAt(variable, 'query') ?? '' },
    })),
  };
}

function panelElement(panel: JsonObject, type: string): JsonObject {
  return {
    kind: 'Panel',
    spec: {
      id: numberAt(panel, 'id') ?? 0,
      title: stringAt(panel, 'title') ?? '',
      description: stringAt(panel, 'description') ?? '',
      links: [],
      data: {
        kind: 'QueryGroup',
        spec: {
          queries: (arrayAt(panel, 'targets') ?? []).map((target) => ({
            kind: 'PanelQuery',
            spec: { refId: stringAt(target, 'refId') ?? 'A', hidden: false, query: query(target) },
          })),
          transformations: [],
          queryOptions: {},
        },
      },
      vizConfig: {
        kind: 'VizConfig',
        group: type,
        version: '',
        spec: { options: panel['options'] ?? {}, fieldConfig: panel['fieldConfig'] ?? { defaults: {}, overrides: [] } },
      },
    },
  };
}

function query(target: Json): JsonObject {
  const { datasource, refId: _refId, ...spec } = isJsonObject(target) ? target : {};
  return {
    kind: 'DataQuery',
    group: stringAt(datasource, 'type') ?? '',
    version: 'v0',
    datasource: { name: stringAt(datasource, 'uid') ?? '' },
    spec,
  };
}

function libraryElement(panel: JsonObject): JsonObject {
  return {
    kind: 'LibraryPanel',
    spec: {
      id: numberAt(panel, 'id') ?? 0,
      title: stringAt(panel, 'title') ?? '',
      libraryPanel: {
        uid: stringAt(panel, 'libraryPanel', 'uid') ?? '',
        name: stringAt(panel, 'libraryPanel', 'name') ?? '',
      },
    },
  };
}

function toClassic(spec: JsonObject, schemaVersion: number): JsonObject {
  const panels: Json[] = [];
  Object.entries(objectAt(spec, 'elements') ?? {}).forEach(([, element], index) => {
    const inner = objectAt(element, 'spec') ?? {};
    const viz = objectAt(inner, 'vizConfig') ?? {};
    const base = {
      id: numberAt(inner, 'id') ?? index + 1,
      title: stringAt(inner, 'title') ?? '',
      gridPos: { x: (index % 2) * 12, y: (index >> 1) * 8, w: 12, h: 8 },
    };
    if (stringAt(element, 'kind') === 'LibraryPanel') {
      panels.push({ ...base, libraryPanel: inner['libraryPanel'] ?? {} });
      return;
    }
    panels.push({
      ...base,
      type: stringAt(viz, 'group') ?? stringAt(viz, 'kind') ?? '',
      options: objectAt(viz, 'spec', 'options') ?? {},
      fieldConfig: objectAt(viz, 'spec', 'fieldConfig') ?? {},
      targets: (arrayAt(inner, 'data', 'spec', 'queries') ?? []).map((entry) => ({
        ...objectAt(entry, 'spec', 'query', 'spec'),
        refId: stringAt(entry, 'spec', 'refId') ?? 'A',
        datasource: {
          type: stringAt(entry, 'spec', 'query', 'group') ?? '',
          uid: stringAt(entry, 'spec', 'query', 'datasource', 'name') ?? '',
        },
      })),
    });
  });
  return {
    annotations: { list: [] },
    editable: true,
    links: arrayAt(spec, 'links') ?? [],
    panels,
    refresh: stringAt(spec, 'timeSettings', 'autoRefresh') ?? '',
    schemaVersion,
    tags: arrayAt(spec, 'tags') ?? [],
    templating: { list: [] },
    time: {
      from: stringAt(spec, 'timeSettings', 'from') ?? 'now-6h',
      to: stringAt(spec, 'timeSettings', 'to') ?? 'now',
    },
    title: stringAt(spec, 'title') ?? '',
  };
}
