import type { Org } from '../model/model.ts';
import type { GrafanaState } from '../state.ts';
import { seedDemoAlerting } from './demo-alerting.ts';
import { seedDemoDashboards } from './demo-dashboards.ts';
import { seedDemoPeople, seedDemoPermissions } from './demo-people.ts';
import { addDataSource } from './data-source.ts';

const DAY = 24 * 3_600_000;

/** The Grafana of a made-up web shop, Aurora: a bit of everything, some of it managed from outside. */
export function demoSeed(state: GrafanaState, orgId: number, nested: boolean): void {
  const org = state.org(orgId);
  org.name = 'Aurora';
  seedDemoPeople(state, org);
  seedDataSources(state, org);
  seedDemoDashboards(state, org, nested);
  seedDemoPermissions(state, org);
  seedDemoAlerting(state, org);
  seedAnnotations(state, org);
  seedOdds(state, org);
}

function seedDataSources(state: GrafanaState, org: Org): void {
  const add = (given: Parameters<typeof addDataSource>[2]) => addDataSource(state, org, given);
  add({
    uid: 'prometheus',
    name: 'Prometheus',
    type: 'prometheus',
    url: 'http://prometheus:9090',
    isDefault: true,
    jsonData: { httpMethod: 'POST', timeInterval: '30s' },
  });
  add({
    uid: 'loki',
    name: 'Loki',
    type: 'loki',
    url: 'http://loki:3100',
    basicAuth: true,
    basicAuthUser: 'grafana',
    jsonData: { maxLines: 1000 },
    secureJsonData: { basicAuthPassword: 'loki-secret' },
  });
  add({ uid: 'tempo', name: 'Tempo', type: 'tempo', url: 'http://tempo:3200' });
  add({
    uid: 'warehouse',
    name: 'Warehouse',
    type: 'postgres',
    url: 'warehouse:5432',
    user: 'reader',
    database: 'aurora',
    jsonData: { sslmode: 'require', postgresVersion: 1500 },
    secureJsonData: { password: 'warehouse-secret' },
  });
  add({ uid: 'prometheus-eu', name: 'Prometheus EU', type: 'prometheus', url: 'http://prom-eu:9090', readOnly: true });
  org.correlations.set('logs-to-traces', {
    uid: 'logs-to-traces',
    sourceUID: 'loki',
    targetUID: 'tempo',
    label: 'Trace of this line',
    description: '',
    type: 'query',
    config: { field: 'traceID', target: { query: '${__value.raw}' } },
    provisioned: false,
  });
}

/** A deploy every few hours for three weeks, and some state history that nobody wrote. */
function seedAnnotations(state: GrafanaState, org: Org): void {
  const services = ['checkout', 'payments', 'search', 'catalogue'];
  const start = state.now() - 21 * DAY;
  for (let index = 0; index < 140; index++) {
    const time = start + index * 3.5 * 3_600_000;
    const service = services[index % services.length] as string;
    const alert = index % 20 === 19;
    const id = state.nextId();
    org.annotations.set(id, {
      id,
      dashboardUid: index % 3 === 0 ? service : '',
      panelId: index % 3 === 0 ? 1 : 0,
      userId: 1,
      login: 'ci-deploys',
      time,
      timeEnd: index % 7 === 0 ? time + 900_000 : time,
      text: alert ? '' : `Deploy ${service} v1.${index}`,
      tags: alert ? [] : ['deploy', service],
      data: {},
      alertName: alert ? 'Checkout is slow' : '',
      created: time,
      updated: time,
    });
  }
}

function seedOdds(state: GrafanaState, org: Org): void {
  const by = 'user:seed';
  const rota = [
    { type: 'dashboard_by_uid', value: 'home' },
    { type: 'dashboard_by_tag', value: 'slo' },
  ];
  org.playlists.set('wall', {
    ...state.stored('wall', by, 'playlists'),
    name: 'Office wall',
    interval: '1m',
    items: rota,
  });
  org.playlists.set('war-room', {
    ...state.stored('war-room', by),
    name: 'War room',
    interval: '30s',
    items: [{ type: 'dashboard_by_uid', value: 'incidents' }],
  });
  const now = state.now();
  org.publicDashboards.set('slo', {
    uid: 'public-slo',
    dashboardUid: 'slo',
    accessToken: '5c1e9d7ab3f04c2e8a6b7d1f0e9c8b7a',
    isEnabled: true,
    annotationsEnabled: false,
    timeSelectionEnabled: true,
    share: 'public',
    recipients: [],
    createdBy: 1,
    created: now,
    updated: now,
  });
  org.snapshots.set('black-friday-2025', {
    id: state.nextId(),
    key: 'black-friday-2025',
    deleteKey: 'delete-black-friday',
    name: 'Black Friday 2025',
    dashboard: { uid: 'orders', title: 'Orders', panels: [], schemaVersion: state.profile.schemaVersion },
    external: false,
    expires: now + 365 * DAY,
    created: now - 30 * DAY,
  });
  org.preferences = { theme: 'dark', homeDashboardUID: 'home', timezone: 'Europe/Paris', weekStart: 'monday' };
}
