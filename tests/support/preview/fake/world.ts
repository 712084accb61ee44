import { createHash } from 'node:crypto';
import { KIND_NAMES, type KindName } from '../../../../pkg/contract/kinds.ts';
import type { ManifestEntry } from '../../../../pkg/contract/manifest.ts';

/** One resource of the made-up Grafana, with its content. */
export interface FakeResource {
  entry: ManifestEntry;
  body: object;
}

export type World = Map<string, FakeResource>;

export const keyOf = (kind: string, uid: string): string => `${kind}/${uid}`;

interface Place {
  uid: string;
  title: string;
  path: string;
}

const FOLDERS: [uid: string, title: string, parent?: string][] = [
  ['payments', 'Payments'],
  ['payments-checkout', 'Checkout', 'payments'],
  ['payments-fraud', 'Fraud', 'payments'],
  ['platform', 'Platform'],
  ['platform-k8s', 'Kubernetes', 'platform'],
  ['platform-network', 'Network', 'platform'],
  ['databases', 'Databases'],
  ['frontend', 'Frontend 🌐'],
];

const DASHBOARDS: [folder: string, title: string, metric: string][] = [
  ['payments', 'Payments overview', 'payments_total'],
  ['payments-checkout', 'Checkout latency', 'http_request_duration_seconds'],
  ['payments-checkout', 'Checkout errors', 'http_requests_failed_total'],
  ['payments-fraud', 'Fraud scores', 'fraud_score'],
  ['platform', 'Capacity', 'node_memory_bytes'],
  ['platform-k8s', 'Cluster health', 'kube_node_status'],
  ['platform-k8s', 'Pod restarts / OOM', 'kube_pod_restarts_total'],
  ['platform-network', 'Ingress traffic', 'nginx_requests_total'],
  ['platform-network', 'DNS', 'coredns_requests_total'],
  ['databases', 'PostgreSQL', 'pg_stat_activity'],
  ['databases', 'Redis', 'redis_memory_bytes'],
  ['frontend', 'Web vitals', 'web_vitals_lcp'],
  ['', 'Service level objectives', 'slo_ratio'],
];

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function resource(kind: KindName, uid: string, title: string, place: Place | undefined, body: object): FakeResource {
  const text = JSON.stringify(body);
  const object = createHash('sha256').update(text).digest('hex');
  const folder = place === undefined ? '' : place.path;
  return {
    entry: { org: 1, kind, uid, title, folder, folderUid: place?.uid, object, bytes: text.length },
    body,
  };
}

/** A dashboard of six panels in Grafana's classic form. */
function dashboard(uid: string, title: string, metric: string): object {
  const panel = (id: number, name: string, expr: string) => ({
    id,
    title: name,
    type: 'timeseries',
    gridPos: { x: (id % 2) * 12, y: Math.floor(id / 2) * 8, w: 12, h: 8 },
    datasource: { type: 'prometheus', uid: 'prometheus-main' },
    targets: [{ refId: 'A', expr, legendFormat: '{{instance}}' }],
    fieldConfig: { defaults: { unit: 's', thresholds: { steps: [{ color: 'green', value: null }] } }, overrides: [] },
  });
  return {
    uid,
    title,
    schemaVersion: 41,
    tags: [slug(metric)],
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'cluster', type: 'query', query: 'label_values(up, cluster)' }] },
    panels: [
      panel(1, 'Rate', `sum(rate(${metric}[5m]))`),
      panel(2, 'p95', `histogram_quantile(0.95, sum by (le) (rate(${metric}_bucket[5m])))`),
      panel(3, 'p99', `histogram_quantile(0.99, sum by (le) (rate(${metric}_bucket[5m])))`),
      panel(4, 'Errors', `sum(rate(${metric}{code=~"5.."}[5m]))`),
      panel(5, 'Saturation', `max(${metric})`),
      panel(6, 'By instance', `sum by (instance) (rate(${metric}[5m]))`),
    ],
  };
}

/** The made-up Grafana; `extra` adds that many more dashboards in folders of a hundred. */
export function makeWorld(extra = 0): World {
  const world: World = new Map();
  const places = new Map<string, Place>();
  const add = (made: FakeResource) => world.set(keyOf(made.entry.kind, made.entry.uid), made);
  for (const [uid, title, parent] of FOLDERS) {
    const above = parent === undefined ? undefined : places.get(parent);
    places.set(uid, { uid, title, path: above === undefined ? title : `${above.path} / ${title}` });
    add(resource('folder', uid, title, above, { uid, title, parentUid: parent }));
    const access = [{ role: 'Editor', permission: 'View' }];
    add(resource('folder-permissions', uid, title, above, { uid, items: access }));
  }
  for (const [folder, title, metric] of DASHBOARDS) {
    const uid = slug(title);
    add(resource('dashboard', uid, title, places.get(folder), dashboard(uid, title, metric)));
  }
  for (const [uid, name, type] of [
    ['prometheus-main', 'Prometheus', 'prometheus'],
    ['loki-main', 'Loki', 'loki'],
    ['postgres-billing', 'Billing database', 'grafana-postgresql-datasource'],
  ] as const) {
    add(
      resource('data-source', uid, name, undefined, { uid, name, type, access: 'proxy', url: `http://${type}:9090` }),
    );
  }
  add(resource('contact-point', 'on-call', 'On call', undefined, { name: 'On call', type: 'slack' }));
  add(resource('notification-policy', 'root', 'Notification policy', undefined, { receiver: 'On call' }));
  add(resource('alert-rule-group', 'checkout-slo', 'Checkout SLO', places.get('payments-checkout'), { interval: 60 }));
  add(resource('alert-rule-group', 'nodes', 'Nodes', places.get('platform'), { interval: 60 }));
  add(resource('library-panel', 'budget', 'Error budget', places.get('platform'), { name: 'Error budget' }));
  add(resource('team', 'sre', 'Site reliability', undefined, { name: 'Site reliability', members: ['ada', 'grace'] }));
  for (let index = 0; index < extra; index++) {
    const group = Math.floor(index / 100);
    const place = { uid: `team-${group}`, title: `Team ${group}`, path: `Team ${group}` };
    if (index % 100 === 0) {
      add(resource('folder', place.uid, place.title, undefined, { uid: place.uid, title: place.title }));
    }
    const uid = `service-${index}`;
    add(resource('dashboard', uid, `Service ${index}`, place, { uid, title: `Service ${index}`, panels: [] }));
  }
  return world;
}

/** How the newest snapshot differs from the one before: one dashboard changed, one new, one gone. */
export function laterWorld(world: World): World {
  const later: World = new Map(world);
  const latency = later.get('dashboard/checkout-latency');
  if (latency !== undefined) {
    const body = structuredClone(latency.body) as { panels: { title: string; targets: { expr: string }[] }[] };
    const panel = body.panels[1];
    if (panel?.targets[0] !== undefined) {
      panel.title = 'p95, all regions';
      panel.targets[0].expr = 'histogram_quantile(0.95, sum by (le, region) (rate(http_duration_seconds_bucket[1m])))';
    }
    later.set('dashboard/checkout-latency', {
      body,
      entry: { ...latency.entry, object: 'c'.repeat(64), bytes: JSON.stringify(body).length },
    });
  }
  later.delete('dashboard/dns');
  const place = { uid: 'platform-k8s', title: 'Kubernetes', path: 'Platform / Kubernetes' };
  const uid = 'node-pressure';
  later.set(
    keyOf('dashboard', uid),
    resource('dashboard', uid, 'Node pressure', place, dashboard(uid, 'Node pressure', 'node_pressure')),
  );
  return later;
}

/** What is live after somebody deleted the folder Payments and edited a dashboard. */
export function liveWorld(world: World): World {
  const live: World = new Map();
  for (const [key, made] of world) {
    const inPayments = made.entry.folder.startsWith('Payments') || made.entry.uid.startsWith('payments');
    if (!inPayments) {
      live.set(key, made);
    }
  }
  const capacity = live.get('dashboard/capacity');
  if (capacity !== undefined) {
    const body = { ...capacity.body, title: 'Capacity (being edited)' };
    live.set('dashboard/capacity', { body, entry: { ...capacity.entry, object: 'd'.repeat(64) } });
  }
  return live;
}

/** In the order of kinds, then by uid, as manifests are sorted. */
export function sorted(world: World): FakeResource[] {
  const rank = new Map<string, number>(KIND_NAMES.map((name, index) => [name, index]));
  return [...world.values()].sort(
    (a, b) => (rank.get(a.entry.kind) ?? 0) - (rank.get(b.entry.kind) ?? 0) || (a.entry.uid < b.entry.uid ? -1 : 1),
  );
}
