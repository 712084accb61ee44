import type { Grafana } from '../grafana.ts';

/** Data sources with secrets of every sort, and correlations between them. */
export async function fillDataSources(grafana: Grafana): Promise<void> {
  for (const dataSource of DATA_SOURCES) {
    await grafana.post('/api/datasources', { access: 'proxy', ...dataSource });
  }
  for (const { source, ...correlation } of CORRELATIONS) {
    await grafana.post(`/api/datasources/uid/${source}/correlations`, correlation);
  }
}

const DATA_SOURCES = [
  {
    uid: 'real-prometheus',
    name: 'Prometheus',
    type: 'prometheus',
    url: 'http://prometheus.example.com:9090',
    isDefault: true,
    basicAuth: true,
    basicAuthUser: 'reader',
    jsonData: { httpMethod: 'POST', timeInterval: '30s', httpHeaderName1: 'X-Tenant' },
    secureJsonData: { basicAuthPassword: 'prometheus-password', httpHeaderValue1: 'tenant-secret' },
  },
  {
    uid: 'real-loki',
    name: 'Loki',
    type: 'loki',
    url: 'http://loki.example.com:3100',
    jsonData: { maxLines: 500 },
    secureJsonData: { tlsClientKey: 'loki-key' },
  },
  {
    uid: 'real-postgres',
    name: 'Postgres',
    type: 'grafana-postgresql-datasource',
    url: 'postgres.example.com:5432',
    user: 'grafana',
    jsonData: { database: 'shop', sslmode: 'require', postgresVersion: 1500 },
    secureJsonData: { password: 'postgres-password' },
  },
  { uid: 'real-plain', name: 'Without secrets', type: 'graphite', url: 'http://graphite.example.com', jsonData: {} },
];

const CORRELATIONS = [
  {
    source: 'real-prometheus',
    targetUID: 'real-loki',
    label: 'Logs of this series',
    description: 'from a series to its logs',
    type: 'query',
    config: { field: 'instance', target: { expr: '{instance="${instance}"}' } },
  },
  {
    source: 'real-loki',
    targetUID: 'real-postgres',
    label: 'Order of this line',
    description: '',
    type: 'query',
    config: {
      field: 'order',
      target: { rawSql: 'select 1' },
      transformations: [{ type: 'regex', expression: 'order=(\\d+)', mapValue: 'order' }],
    },
  },
  {
    source: 'real-loki',
    label: 'Ticket of this line',
    description: '',
    type: 'external',
    config: { field: 'ticket', target: { url: 'https://tickets.example.com/${ticket}' } },
  },
];
