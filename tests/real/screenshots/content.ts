import type { Grafana } from '../grafana.ts';

/** What the pictures are about. */
export const PAYMENTS = { uid: 'payments', title: 'Payments' };
export const CHECKOUT = { uid: 'checkout', title: 'Checkout', panel: 'Time to pay, p95' };

type Panel = readonly [title: string, unit: string];

const FOLDERS = [
  { uid: 'shop', title: 'Shop' },
  { ...PAYMENTS, parentUid: 'shop' },
  { uid: 'platform', title: 'Platform' },
  { uid: 'databases', title: 'Databases', parentUid: 'platform' },
];

const DASHBOARDS: readonly [folder: string, uid: string, title: string, panels: readonly Panel[]][] = [
  [
    'payments',
    CHECKOUT.uid,
    CHECKOUT.title,
    [
      ['Orders per minute', 'short'],
      ['Payment errors', 'percent'],
      ['Time to pay', 's'],
    ],
  ],
  [
    'payments',
    'card-payments',
    'Card payments',
    [
      ['Authorizations', 'reqps'],
      ['Declined', 'percent'],
    ],
  ],
  [
    'payments',
    'refunds',
    'Refunds',
    [
      ['Refunds per hour', 'currencyEUR'],
      ['Waiting for approval', 'short'],
    ],
  ],
  [
    'shop',
    'catalogue',
    'Catalogue',
    [
      ['Searches per second', 'reqps'],
      ['Search latency', 'ms'],
    ],
  ],
  ['shop', 'revenue', 'Revenue', [['Revenue per hour', 'currencyEUR']]],
  [
    'platform',
    'on-call',
    'On call',
    [
      ['CPU', 'percent'],
      ['Memory', 'bytes'],
    ],
  ],
  [
    'platform',
    'ingress',
    'Ingress',
    [
      ['Requests', 'reqps'],
      ['Responses with 5xx', 'percent'],
    ],
  ],
  [
    'databases',
    'postgres',
    'PostgreSQL',
    [
      ['Connections', 'short'],
      ['Slow queries', 'short'],
    ],
  ],
  [
    'databases',
    'redis',
    'Redis',
    [
      ['Hit rate', 'percent'],
      ['Evictions', 'short'],
    ],
  ],
];

/** Fills an empty Grafana as a small shop has it. */
export async function fill(grafana: Grafana): Promise<void> {
  for (const folder of FOLDERS) {
    await grafana.post('/api/folders', folder);
  }
  for (const [folder, uid, title, panels] of DASHBOARDS) {
    await save(grafana, folder, { uid, title, tags: [folder], panels: panels.map(drawn) });
  }
  const team = await grafana.post<{ teamId: number }>('/api/teams', { name: 'Payments team' });
  const items = [
    { role: 'Viewer', permission: 1 },
    { teamId: team.teamId, permission: 2 },
  ];
  await grafana.post(`/api/folders/${PAYMENTS.uid}/permissions`, { items });
  await addRule(grafana, 'Payments are slow', 2);
  await addRule(grafana, 'Payments fail', 1);
}

/** A day's work. */
export const EDITS: readonly ((grafana: Grafana) => Promise<void>)[] = [
  (grafana) =>
    save(grafana, 'platform', { uid: 'certificates', title: 'Certificates', panels: [drawn(['Days left', 'd'], 0)] }),
  (grafana) =>
    change(grafana, 'platform', 'ingress', (panels) => [
      ...panels,
      drawn(['Open connections', 'short'], panels.length),
    ]),
  (grafana) =>
    change(grafana, PAYMENTS.uid, CHECKOUT.uid, (panels) => [
      ...panels.map((panel) => (panel.title === 'Time to pay' ? { ...panel, title: CHECKOUT.panel } : panel)),
      drawn(['Abandoned carts', 'short'], panels.length),
    ]),
];

async function change(
  grafana: Grafana,
  folder: string,
  uid: string,
  edit: (panels: { title: string }[]) => object[],
): Promise<void> {
  const { dashboard } = await grafana.get<{ dashboard: { panels: { title: string }[] } }>(`/api/dashboards/uid/${uid}`);
  await save(grafana, folder, { ...dashboard, panels: edit(dashboard.panels) });
}

/** The bad day. */
export async function deletePayments(grafana: Grafana): Promise<void> {
  await grafana.delete(`/api/folders/${PAYMENTS.uid}?forceDeleteRules=true`);
}

async function save(grafana: Grafana, folderUid: string, dashboard: object): Promise<void> {
  const defaults = { schemaVersion: 41, time: { from: 'now-6h', to: 'now' } };
  await grafana.post('/api/dashboards/db', { dashboard: { ...defaults, ...dashboard }, folderUid, overwrite: true });
}

/** Lines that Grafana makes up by itself, so that no data source is needed. */
function drawn([title, unit]: Panel, index: number): object {
  const datasource = { type: 'datasource', uid: 'grafana' };
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: 8 * Math.floor(index / 2) },
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: [{ refId: 'A', datasource, queryType: 'randomWalk' }],
  };
}

async function addRule(grafana: Grafana, title: string, threshold: number): Promise<void> {
  const model = { refId: 'A', type: 'math', expression: `1 > ${threshold}` };
  await grafana.post('/api/v1/provisioning/alert-rules', {
    title,
    orgID: grafana.org,
    folderUID: PAYMENTS.uid,
    ruleGroup: 'Payments',
    condition: 'A',
    for: '5m',
    noDataState: 'OK',
    execErrState: 'OK',
    data: [{ refId: 'A', relativeTimeRange: { from: 0, to: 0 }, datasourceUid: '__expr__', model }],
  });
}
