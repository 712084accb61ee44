import type { Json, JsonObject } from '../../../../pkg/lib/json/json.ts';
import { defaultAcl } from '../access.ts';
import { addDashboard, contentOf } from '../dashboards.ts';
import { addFolder } from '../folders.ts';
import type { Org } from '../model/model.ts';
import type { Manager } from '../model/stored.ts';
import { servedVersions } from '../profiles/profiles.ts';
import type { GrafanaState } from '../state.ts';

/** uid, title, parent. */
const FOLDERS: [string, string, string][] = [
  ['platform', 'Platform', ''],
  ['platform-k8s', 'Kubernetes', 'platform'],
  ['platform-db', 'Databases', 'platform'],
  ['platform-db-pg', 'PostgreSQL', 'platform-db'],
  ['shop', 'Shop', ''],
  ['shop-checkout', 'Checkout', 'shop'],
  ['shop-search', 'Search & catalogue', 'shop'],
  ['data', 'Data', ''],
  ['business', 'Business', ''],
  ['oncall', 'On-call 🚨', ''],
  ['sandbox', 'Sandbox', ''],
  ['gitops', 'Managed by Git', ''],
];

/** Title, type, expression, unit. */
type Panel = [string, string, string, string];

const RED: Panel[] = [
  ['Requests per second', 'timeseries', 'sum(rate(http_requests_total{service="$service"}[5m]))', 'reqps'],
  [
    'Error ratio',
    'timeseries',
    'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))',
    'percentunit',
  ],
  [
    'Latency p99',
    'timeseries',
    'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))',
    's',
  ],
  ['Availability, 30 days', 'stat', '1 - avg_over_time(slo:error_ratio[30d])', 'percentunit'],
];
const NODES: Panel[] = [
  ['CPU by pod', 'timeseries', 'sum by (pod) (rate(container_cpu_usage_seconds_total[5m]))', 'cores'],
  ['Memory by pod', 'timeseries', 'sum by (pod) (container_memory_working_set_bytes)', 'bytes'],
  ['Restarts', 'barchart', 'sum by (namespace) (increase(kube_pod_container_status_restarts_total[1h]))', 'short'],
  ['Disk left', 'gauge', 'min(node_filesystem_avail_bytes / node_filesystem_size_bytes)', 'percentunit'],
];
const DATABASE: Panel[] = [
  ['Connections', 'timeseries', 'sum by (state) (pg_stat_activity_count)', 'short'],
  ['Replication lag', 'timeseries', 'max(pg_replication_lag_seconds)', 's'],
  ['Slow queries', 'table', 'topk(10, rate(pg_stat_statements_mean_time_seconds[15m]))', 's'],
];
const MONEY: Panel[] = [
  ['Orders per hour', 'timeseries', 'sum(increase(orders_total[1h]))', 'short'],
  ['Revenue today', 'stat', 'sum(increase(order_value_euros_total[24h]))', 'currencyEUR'],
  ['Basket abandonment', 'gauge', '1 - sum(rate(orders_total[1h])) / sum(rate(baskets_total[1h]))', 'percentunit'],
];

/** uid, title, folder, panels, tags. */
const DASHBOARDS: [string, string, string, Panel[], string[]][] = [
  ['home', 'Aurora at a glance', '', [...MONEY, ...RED], ['home']],
  ['k8s-cluster', 'Cluster overview', 'platform-k8s', NODES, ['k8s', 'prod']],
  ['k8s-namespaces', 'Namespaces', 'platform-k8s', NODES, ['k8s']],
  ['k8s-nodes', 'Nodes', 'platform-k8s', NODES, ['k8s']],
  ['k8s-ingress', 'Ingress / edge', 'platform-k8s', RED, ['k8s', 'edge']],
  ['pg-primary', 'Primary', 'platform-db-pg', DATABASE, ['postgres']],
  ['pg-replicas', 'Replicas', 'platform-db-pg', DATABASE, ['postgres']],
  ['redis', 'Redis', 'platform-db', [...DATABASE.slice(0, 1), ...NODES.slice(0, 2)], ['redis']],
  ['kafka', 'Kafka', 'platform', NODES.slice(0, 3), ['kafka']],
  ['checkout', 'Checkout', 'shop-checkout', [...RED, ...MONEY.slice(0, 2)], ['shop', 'slo']],
  ['payments', 'Payments', 'shop-checkout', RED, ['shop', 'slo']],
  ['payments-providers', 'Payment providers', 'shop-checkout', RED.slice(0, 3), ['shop']],
  ['search', 'Search', 'shop-search', RED, ['shop']],
  ['catalogue', 'Catalogue', 'shop-search', RED, ['shop']],
  ['recommendations', 'Recommendations', 'shop-search', RED.slice(1), ['shop', 'ml']],
  ['pipelines', 'Pipelines', 'data', NODES.slice(0, 3), ['data']],
  ['warehouse', 'Warehouse', 'data', DATABASE, ['data']],
  ['orders', 'Orders', 'business', MONEY, ['business']],
  ['campaigns', 'Campaigns — été 2026', 'business', MONEY, ['business']],
  ['slo', 'Service level objectives', 'oncall', RED, ['slo']],
  ['incidents', 'Incident board', 'oncall', [...RED, ...NODES.slice(2)], ['oncall']],
  ['alerts-quality', 'Alert quality', 'oncall', RED.slice(0, 2), ['oncall']],
  ['playground', 'Playground', 'sandbox', NODES.slice(0, 1), []],
  ['playground-copy', 'Playground', 'sandbox', NODES.slice(1, 3), []],
  ['git-platform', 'Platform SLOs', 'gitops', RED, ['gitops']],
  ['git-costs', 'Cloud costs', 'gitops', MONEY.slice(1, 2), ['gitops']],
];

const GIT: Manager = { kind: 'repo', id: 'aurora-dashboards', sourcePath: 'grafana/platform.json' };
const FILE: Manager = { kind: 'classic-file-provisioning', id: 'default', sourcePath: '/etc/dashboards/nodes.json' };

export function seedDemoDashboards(state: GrafanaState, org: Org, nested: boolean): void {
  const by = `user:${[...state.users.values()].find((user) => user.login === 'ines')?.uid ?? ''}`;
  for (const [uid, title, parent] of FOLDERS) {
    const parentUid = nested ? parent : '';
    const acl = parentUid === '' ? defaultAcl(() => state.nextId(), undefined, true) : [];
    const managedBy = uid === 'gitops' && state.profile.major >= 12 ? GIT : undefined;
    addFolder(state, org, { uid, title, parentUid, by, acl, managedBy });
  }
  seedLibraryPanels(state, org, by);
  const versions = servedVersions(state.profile, 'dashboard.grafana.app');
  DASHBOARDS.forEach(([uid, title, folderUid, panels, tags], index) => {
    const modern = versions.includes('v2') && ['slo', 'incidents', 'campaigns'].includes(uid);
    const twin = uid === 'playground-copy' && state.profile.uniqueDashboardTitles ? `${title} (copy)` : title;
    const spec = modern ? modernSpec(twin, panels, tags) : classicSpec(twin, panels, tags, state.profile.schemaVersion);
    const apiVersion = modern ? 'v2' : versions.includes('v1') && index % 2 === 0 ? 'v1' : 'v0alpha1';
    const dashboard = addDashboard(state, org, {
      ...contentOf(spec, apiVersion),
      uid,
      folderUid,
      by,
      message: 'First version',
      acl: folderUid === '' ? defaultAcl(() => state.nextId(), undefined, true) : [],
      managedBy: uid.startsWith('git-') && state.profile.major >= 12 ? GIT : uid === 'k8s-nodes' ? FILE : undefined,
    });
    dashboard.generation = 1 + ((index * 5) % 11);
  });
  org.index.flush();
}

function seedLibraryPanels(state: GrafanaState, org: Org, by: string): void {
  for (const [uid, name, folderUid, panel] of [
    ['lib-slo', 'SLO burn rate', 'oncall', RED[1]],
    ['lib-revenue', 'Revenue today', 'business', MONEY[1]],
  ] as const) {
    const model: JsonObject = { ...panelOf(panel as Panel, 1), description: 'Shared by several dashboards' };
    const type = String(model['type']);
    const described = { type, description: 'Shared by several dashboards', model };
    org.libraryPanels.set(uid, { ...state.stored(uid, by), name, folderUid, ...described });
  }
}

function panelOf([title, type, expr, unit]: Panel, id: number): JsonObject {
  const datasource = { type: 'prometheus', uid: 'prometheus' };
  return {
    id,
    type,
    title,
    datasource,
    gridPos: { h: 8, w: 12, x: ((id - 1) % 2) * 12, y: ((id - 1) >> 1) * 8 },
    fieldConfig: {
      defaults: {
        unit,
        color: { mode: 'palette-classic' },
        thresholds: { mode: 'absolute', steps: [{ color: 'green' }] },
      },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true } },
    targets: [{ refId: 'A', datasource, expr, legendFormat: '__auto', range: true }],
  };
}

function classicSpec(title: string, panels: Panel[], tags: string[], schemaVersion: number): JsonObject {
  const list: Json[] = panels.map((panel, index) => panelOf(panel, index + 1));
  if (tags.includes('slo')) {
    const gridPos = { h: 6, w: 24, x: 0, y: 100 };
    list.push({ id: 50, gridPos, libraryPanel: { uid: 'lib-slo', name: 'SLO burn rate' } });
  }
  return {
    title,
    tags,
    schemaVersion,
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    panels: list,
    templating: {
      list: [
        { name: 'service', type: 'query', query: 'label_values(http_requests_total, service)', refresh: 2, sort: 1 },
        { name: 'environment', type: 'custom', query: 'prod,staging', current: { text: 'prod', value: 'prod' } },
      ],
    },
  };
}

function modernSpec(title: string, panels: Panel[], tags: string[]): JsonObject {
  const elements: JsonObject = {};
  panels.forEach(([name, group, expr, unit], index) => {
    const query = {
      kind: 'DataQuery',
      group: 'prometheus',
      version: 'v0',
      datasource: { name: 'prometheus' },
      spec: { expr },
    };
    elements[`panel-${index + 1}`] = {
      kind: 'Panel',
      spec: {
        id: index + 1,
        title: name,
        description: '',
        links: [],
        data: {
          kind: 'QueryGroup',
          spec: {
            queries: [{ kind: 'PanelQuery', spec: { refId: 'A', hidden: false, query } }],
            transformations: [],
            queryOptions: {},
          },
        },
        vizConfig: {
          kind: 'VizConfig',
          group,
          version: '13.2.0',
          spec: { options: {}, fieldConfig: { defaults: { unit }, overrides: [] } },
        },
      },
    };
  });
  const items = Object.keys(elements).map((name, index) => ({
    kind: 'GridLayoutItem',
    spec: {
      x: (index % 2) * 12,
      y: (index >> 1) * 8,
      width: 12,
      height: 8,
      element: { kind: 'ElementReference', name },
    },
  }));
  const tab = (name: string, part: Json[]): JsonObject => ({
    kind: 'TabsLayoutTab',
    spec: { title: name, layout: { kind: 'GridLayout', spec: { items: part } } },
  });
  const tabs = [tab('Today', items.slice(0, 2)), tab('Details', items.slice(2))];
  return { title, tags, elements, layout: { kind: 'TabsLayout', spec: { tabs } } };
}
