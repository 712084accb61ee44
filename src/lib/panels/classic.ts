import { asNumber, asObject, asObjects, asText, type Loose } from '../../../pkg/contract/dashboards/loose.ts';
import type { SourceRef, StoredDashboard, StoredPanel, StoredVariable } from './model.ts';

/** A dashboard of the classic schema, with the panels of all its rows. */
export function readClassic(body: Loose): StoredDashboard {
  const time = asObject(body['time']);
  return {
    isLibraryPanel: false,
    uid: asText(body['uid']),
    title: asText(body['title']),
    time: { from: asText(time['from']) || 'now-6h', to: asText(time['to']) || 'now' },
    timezone: asText(body['timezone']),
    panels: panelsIn(body).map(readPanel),
    variables: asObjects(asObject(body['templating'])['list']).map(variableOf),
  };
}

/** Collapsed rows hold their panels; before schema 16 every row did. Repetitions are left out. */
function panelsIn(body: Loose): Loose[] {
  const rows = asObjects(body['rows']).flatMap((row) => asObjects(row['panels']));
  const panels = asObjects(body['panels']).flatMap((panel) =>
    panel['type'] === 'row' ? asObjects(panel['panels']) : [panel],
  );
  return [...panels, ...rows].filter(({ repeatPanelId = null }) => repeatPanelId === null);
}

/** A panel of the classic schema; library panels are of it, too. */
export function readPanel(panel: Loose): StoredPanel {
  const library = asObject(panel['libraryPanel']);
  const config = asObject(panel['fieldConfig']);
  return {
    id: asNumber(panel['id']),
    title: asText(panel['title']),
    type: asText(panel['type']),
    pluginVersion: asText(panel['pluginVersion']),
    options: asObject(panel['options']),
    fieldConfig: { defaults: asObject(config['defaults']), overrides: asObjects(config['overrides']) },
    source: sourceOf(panel['datasource']),
    queries: asObjects(panel['targets']),
    transformations: asObjects(panel['transformations']),
    transparent: panel['transparent'] === true,
    timeFrom: asText(panel['timeFrom']),
    timeShift: asText(panel['timeShift']),
    maxDataPoints: asNumber(panel['maxDataPoints']),
    interval: asText(panel['interval']),
    repeat: asText(panel['repeat']),
    library: panel['libraryPanel'] === undefined ? undefined : libraryOf(library),
  };
}

function libraryOf(library: Loose): { uid: string; name: string } {
  const uid = asText(library['uid']);
  return { uid, name: asText(library['name']) || uid };
}

function sourceOf(value: unknown): SourceRef {
  const { uid, type } = asObject(value);
  return typeof value === 'object' && value !== null
    ? { uid: asText(uid) || undefined, type: asText(type) || undefined }
    : asText(value) || null;
}

/** A variable of the classic schema. */
function variableOf(variable: Loose): StoredVariable {
  const { text, value } = asObject(variable['current']);
  return {
    name: asText(variable['name']),
    type: asText(variable['type']),
    value,
    text,
    allValue: asText(variable['allValue']),
    options: asObjects(variable['options']).map((option) => asText(option['value'])),
    query: asText(variable['query']),
    autoCount: asNumber(variable['auto_count']) ?? 30,
    autoMin: asText(variable['auto_min']) || '10s',
    filters: asObjects(variable['filters']).length,
  };
}
