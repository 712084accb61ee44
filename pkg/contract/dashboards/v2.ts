import { asObject, asObjects, asText, isObject, type Loose } from './loose.ts';

/** The types of variables by kind. */
const VARIABLE_TYPES: Readonly<Record<string, string>> = {
  QueryVariable: 'query',
  CustomVariable: 'custom',
  DatasourceVariable: 'datasource',
  ConstantVariable: 'constant',
  IntervalVariable: 'interval',
  TextVariable: 'textbox',
  AdhocVariable: 'adhoc',
  GroupByVariable: 'groupby',
  SwitchVariable: 'switch',
};

/** What Grafana calls a panel whose queries go to several data sources. */
const MIXED = { uid: '-- Mixed --', type: 'mixed' };

/** The spec of a stored dashboard with the version that it is of; undefined for one of the classic schema. */
export function v2SpecOf(body: Loose): { api: string; spec: Loose } | undefined {
  const api = asText(body['apiVersion']).split('/').at(-1) ?? '';
  return api.startsWith('v2') ? { api, spec: asObject(body['spec']) } : undefined;
}

/** An element as a panel of the classic schema. Where it is, and by what it is repeated, is in the layout. */
export function panelOfElement(element: Loose): Loose {
  const { data, vizConfig, libraryPanel, ...own } = asObject(element['spec']);
  const { queries, transformations, queryOptions } = asObject(asObject(data)['spec']);
  const viz = asObject(vizConfig);
  const { options, fieldConfig, pluginVersion } = asObject(viz['spec']);
  const targets = asObjects(queries).map(targetOf);
  return {
    ...asObject(queryOptions),
    ...own,
    ...(asText(asObject(libraryPanel)['uid']) === '' ? {} : { libraryPanel }),
    type: asText(viz['group']) || asText(viz['kind']),
    pluginVersion: asText(viz['version']) || asText(pluginVersion),
    options: asObject(options),
    fieldConfig: asObject(fieldConfig),
    datasource: sharedSource(targets),
    targets,
    transformations: asObjects(transformations).map(transformationOf),
  };
}

interface Source {
  uid: string | undefined;
  type: string | undefined;
}

function targetOf(item: Loose): Loose & { datasource: Source } {
  const spec = asObject(item['spec']);
  const query = asObject(spec['query']);
  const { name, uid, type } = asObject(query['datasource'] ?? spec['datasource']);
  return {
    ...asObject(query['spec']),
    refId: asText(spec['refId']),
    hide: spec['hidden'] === true,
    datasource: {
      uid: asText(name) || asText(uid) || undefined,
      type: asText(query['group']) || asText(type) || asText(query['kind']) || undefined,
    },
  };
}

function sharedSource(targets: readonly { datasource: Source }[]): Source | null {
  const [first, ...others] = targets.map(({ datasource }) => datasource);
  const isShared = others.every(({ uid, type }) => uid === first?.uid && type === first?.type);
  return first === undefined ? null : isShared ? first : MIXED;
}

function transformationOf(item: Loose): Loose {
  const spec = asObject(item['spec']);
  return { ...spec, id: asText(item['group']) || asText(spec['id']) || asText(item['kind']) };
}

/** A variable by the names of the classic schema; of a query what it asks, be it a text or an object. */
export function classicVariable(variable: Loose): Loose {
  const kind = asText(variable['kind']);
  const { query: given = '', pluginId, datasource, current, ...own } = asObject(variable['spec']);
  const query = asObject(given);
  return {
    ...own,
    type: VARIABLE_TYPES[kind] ?? kind,
    query: pluginId ?? (isObject(given) ? asked(asObject(query['spec'])) : given),
    datasource: query['datasource'] ?? variable['datasource'] ?? datasource,
    // The value of a switch is stored bare.
    current: typeof current === 'string' ? { text: current, value: current } : current,
  };
}

/** A text of old dashboards is below its own name. */
function asked(spec: Loose): unknown {
  return asText(spec['__legacyStringValue']) || spec;
}
