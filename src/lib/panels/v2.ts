import { VARIABLE_TYPES } from '../../../pkg/contract/variable-types.ts';
import { classicPanel, classicVariable } from './classic.ts';
import { asNumber, asObject, asObjects, asText, type Loose } from './loose.ts';
import type { SourceRef, StoredDashboard, StoredPanel, StoredVariable } from './model.ts';

/** What Grafana calls a panel whose queries go to several data sources. */
const MIXED = { uid: '-- Mixed --', type: 'mixed' };

/** A dashboard of the v2 schema, from its spec. Its uid is not part of that. */
export function v2Dashboard(uid: string, spec: Loose): StoredDashboard {
  const time = asObject(spec['timeSettings']);
  const repeats = repeatsIn(spec['layout']);
  return {
    isLibraryPanel: false,
    uid,
    title: asText(spec['title']),
    time: { from: asText(time['from']) || 'now-6h', to: asText(time['to']) || 'now' },
    timezone: asText(time['timezone']),
    panels: Object.entries(asObject(spec['elements'])).map(([name, element]) => ({
      ...v2Panel(asObject(asObject(element)['spec'])),
      repeat: repeats.get(name) ?? '',
    })),
    variables: asObjects(spec['variables']).map(v2Variable),
  };
}

/** Which elements of a layout are repeated, by which variable. Rows, tabs and grids may contain each other. */
function repeatsIn(layout: unknown): Map<string, string> {
  const { items, rows, tabs } = asObject(asObject(layout)['spec']);
  const found = new Map<string, string>();
  for (const { element, repeat } of asObjects(items).map(({ spec }) => asObject(spec))) {
    const variable = asText(asObject(repeat)['value']);
    if (variable !== '') {
      found.set(asText(asObject(element)['name']), variable);
    }
  }
  const groups = [...asObjects(rows), ...asObjects(tabs)].map(({ spec }) => asObject(spec)['layout']);
  return new Map([...found, ...groups.flatMap((group) => [...repeatsIn(group)])]);
}

function v2Panel(spec: Loose): StoredPanel {
  const viz = asObject(spec['vizConfig']);
  const data = asObject(asObject(spec['data'])['spec']);
  const shown = asObject(viz['spec']);
  const queries = asObjects(data['queries']).map(queryOf);
  return {
    ...classicPanel({
      ...asObject(data['queryOptions']),
      ...spec,
      ...(asText(asObject(spec['libraryPanel'])['uid']) === '' ? { libraryPanel: undefined } : {}),
      type: asText(viz['group']) || asText(viz['kind']),
      pluginVersion: asText(viz['version']) || asText(shown['pluginVersion']),
      options: shown['options'],
      fieldConfig: shown['fieldConfig'],
      targets: queries,
      transformations: asObjects(data['transformations']).map(transformationOf),
    }),
    source: sharedSource(queries),
  };
}

function queryOf(item: Loose): Loose & { datasource: SourceRef } {
  const spec = asObject(item['spec']);
  const query = asObject(spec['query']);
  const source = asObject(query['datasource'] ?? spec['datasource']);
  return {
    ...asObject(query['spec']),
    refId: asText(spec['refId']),
    hide: spec['hidden'] === true,
    datasource: {
      uid: asText(source['name']) || asText(source['uid']) || undefined,
      type: asText(query['group']) || asText(source['type']) || asText(query['kind']) || undefined,
    },
  };
}

function sharedSource(queries: { datasource: SourceRef }[]): SourceRef {
  const [first, ...others] = queries.map(({ datasource }) => datasource);
  const isShared = others.every((one) => JSON.stringify(one) === JSON.stringify(first));
  return first === undefined ? null : isShared ? first : MIXED;
}

function transformationOf(item: Loose): Loose {
  const spec = asObject(item['spec']);
  return { ...spec, id: asText(item['group']) || asText(spec['id']) || asText(item['kind']) };
}

function v2Variable(variable: Loose): StoredVariable {
  const spec = asObject(variable['spec']);
  const kind = asText(variable['kind']);
  const { current } = spec;
  return {
    ...classicVariable({ ...spec, query: spec['pluginId'] ?? spec['query'], type: VARIABLE_TYPES[kind] ?? kind }),
    // The value of a switch is stored bare.
    ...(typeof current === 'string' ? { value: current, text: current } : {}),
    filters: asObjects(spec['filters']).length,
    autoCount: asNumber(spec['auto_count']) ?? 30,
  };
}
