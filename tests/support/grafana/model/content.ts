import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import type { Stored } from './stored.ts';

export interface Playlist extends Stored {
  name: string;
  interval: string;
  items: { type: string; value: string }[];
}

export interface PublicDashboard {
  uid: string;
  dashboardUid: string;
  accessToken: string;
  isEnabled: boolean;
  annotationsEnabled: boolean;
  timeSelectionEnabled: boolean;
  share: string;
  recipients: unknown[];
  createdBy: number;
  created: number;
  updated: number;
}

export interface Correlation {
  uid: string;
  sourceUID: string;
  targetUID: string;
  label: string;
  description: string;
  type: string;
  config: JsonObject;
  provisioned: boolean;
}

export interface Annotation {
  id: number;
  /** Empty for an annotation of the whole org. */
  dashboardUid: string;
  panelId: number;
  userId: number;
  login: string;
  /** Milliseconds since the epoch. */
  time: number;
  timeEnd: number;
  text: string;
  tags: string[];
  data: JsonObject;
  /** Name of the alert rule whose state history this is; empty for people's annotations. */
  alertName: string;
  created: number;
  updated: number;
}

export interface DashboardSnapshot {
  id: number;
  key: string;
  /** Given once, never readable again. */
  deleteKey: string;
  name: string;
  dashboard: JsonObject;
  external: boolean;
  expires: number;
  created: number;
}

/** An app's or data source's plugin that the server has. */
export interface InstalledPlugin {
  id: string;
  name: string;
  type: 'app' | 'datasource' | 'panel';
  version: string;
  /** `internal` for what comes with Grafana; absent = unsigned. */
  signature?: 'internal' | 'valid';
  /** Cannot be disabled. */
  autoEnabled: boolean;
  /** Specs of the dashboards that an app brings along. */
  dashboards?: JsonObject[];
}

/** Settings of a plugin in one org. */
export interface PluginSettings {
  enabled: boolean;
  pinned: boolean;
  jsonData: JsonObject | null;
  /** Secret values: no endpoint ever gives them out. */
  secureJsonData: Record<string, string>;
}

export interface ContentExtras {
  playlists: Map<string, Playlist>;
  publicDashboards: Map<string, PublicDashboard>;
  correlations: Map<string, Correlation>;
  annotations: Map<number, Annotation>;
  snapshots: Map<string, DashboardSnapshot>;
  pluginSettings: Map<string, PluginSettings>;
}

export function emptyContent(): ContentExtras {
  return {
    playlists: new Map(),
    publicDashboards: new Map(),
    correlations: new Map(),
    annotations: new Map(),
    snapshots: new Map(),
    pluginSettings: new Map(),
  };
}

/** Single sign-on settings of one provider, for the whole server. */
export interface SsoProvider {
  settings: JsonObject;
  /** `system` = from the configuration file, `database` = stored through the API. */
  source: 'system' | 'database';
}

export function systemSso(): Map<string, SsoProvider> {
  const system = (settings: JsonObject): SsoProvider => ({ settings, source: 'system' });
  return new Map([
    ['github', system({ enabled: false, clientId: '', clientSecret: '', scopes: 'user:email,read:org' })],
    ['google', system({ enabled: false, clientId: '', clientSecret: '' })],
    ['generic_oauth', system({ enabled: true, clientId: 'grafana', clientSecret: 'oauth-secret', name: 'SSO' })],
  ]);
}

/** Data sources that come with Grafana. */
const CORE_SOURCES = [
  'prometheus',
  'loki',
  'tempo',
  'jaeger',
  'zipkin',
  'mysql',
  'mssql',
  'grafana-postgresql-datasource',
  'influxdb',
  'graphite',
  'opentsdb',
  'elasticsearch',
  'cloudwatch',
  'stackdriver',
  'grafana-azure-monitor-datasource',
  'alertmanager',
  'grafana-testdata-datasource',
  'grafana-pyroscope-datasource',
  'parca',
];

/** What a Grafana has without anybody installing anything. */
export function builtInPlugins(): Map<string, InstalledPlugin> {
  const plugin = (id: string, name: string, type: InstalledPlugin['type']) =>
    [id, { id, name, type, version: '1.0.0', signature: 'internal', autoEnabled: false }] as const;
  const logs = { id: 'grafana-lokiexplore-app', name: 'Logs Drilldown', type: 'app', version: '1.0.0' } as const;
  const dashkeep = { id: 'dashkeep-backup-app', name: 'Dashkeep', type: 'app', version: '1.0.0' } as const;
  return new Map<string, InstalledPlugin>([
    ...CORE_SOURCES.map((id) => plugin(id, id, 'datasource')),
    plugin('timeseries', 'Time series', 'panel'),
    [logs.id, { ...logs, signature: 'valid', autoEnabled: true }],
    [dashkeep.id, { ...dashkeep, autoEnabled: false }],
  ]);
}
