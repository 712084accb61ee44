import type { Grafana, Served } from '../grafana.ts';
import { v2Spec } from './dashboard-v2.ts';

const DASHBOARDS = 'dashboard.grafana.app';

/** The newest stable version of the v2 family that is served; undefined where there is none. */
export function v2Version(served: Served): string | undefined {
  return ['v2', 'v2beta1'].find((version) => served.get(DASHBOARDS)?.includes(version));
}

/** Library panels, in the root and in a folder. */
export async function fillLibraryPanels(grafana: Grafana): Promise<void> {
  for (const [uid, name, folderUid] of [
    ['real-lib-root', 'Shared text', undefined],
    ['real-lib-shop', 'Shared series', 'real-shop'],
  ] as const) {
    const model = { type: 'timeseries', title: name, datasource: { type: 'prometheus', uid: 'real-prometheus' } };
    await grafana.post('/api/library-elements', {
      uid,
      name,
      kind: 1,
      ...(folderUid === undefined ? {} : { folderUid }),
      model: { ...model, targets: [{ refId: 'A', expr: 'up' }], description: 'used in more than one place' },
    });
  }
}

interface Seed {
  uid: string;
  title: string;
  folderUid?: string;
  more?: object;
}

/** Dashboards of the classic model: in the root and at every depth, with everything that refers to something else. */
const CLASSIC: readonly Seed[] = [
  { uid: 'real-root', title: 'At the root' },
  { uid: 'real-home', title: 'Home', more: { description: 'the home dashboard', timezone: 'utc' } },
  { uid: 'real-orders', title: 'Orders', folderUid: 'real-business' },
  { uid: 'real-shop-front', title: 'Shop front', folderUid: 'real-shop' },
  { uid: 'real-basket', title: 'Basket', folderUid: 'real-checkout' },
  { uid: 'real-cards', title: 'Cards <b>€ 漢字</b>', folderUid: 'real-payment' },
  { uid: 'real-secret', title: 'For operations', folderUid: 'real-narrow' },
  { uid: 'real-open', title: 'For everybody', folderUid: 'real-wide' },
  { uid: 'real-old', title: 'Of an old Grafana', folderUid: 'real-wide', more: { schemaVersion: 16 } },
];

/** Classic dashboards, then those of the v2 model where it is served. */
export async function fillDashboards(grafana: Grafana, orgName: string, served: Served): Promise<void> {
  for (const seed of CLASSIC) {
    const { folderUid } = seed;
    await grafana.post('/api/dashboards/db', { dashboard: classic(seed, orgName), folderUid, message: 'filled' });
  }
  for (let number = 1; number <= 15; number++) {
    const seed = { uid: `real-many-${number}`, title: `One of many ${number}` };
    await grafana.post('/api/dashboards/db', { dashboard: classic(seed, orgName), folderUid: 'real-shop' });
  }
  const version = v2Version(served);
  if (version !== undefined) {
    for (const [name, folder] of [
      ['real-v2-root', undefined],
      ['real-v2-shop', 'real-shop'],
    ] as const) {
      await grafana.post(grafana.resource(DASHBOARDS, version, 'dashboards'), {
        apiVersion: `${DASHBOARDS}/${version}`,
        kind: 'Dashboard',
        metadata: {
          name,
          annotations:
            folder === undefined ? { 'grafana.app/grant-permissions': 'default' } : { 'grafana.app/folder': folder },
        },
        spec: v2Spec(`${name} of ${orgName}`),
      });
    }
  }
}

function classic({ uid, title, more }: Seed, orgName: string): object {
  const datasource = { type: 'prometheus', uid: 'real-prometheus' };
  const gridPos = (y: number) => ({ x: 0, y, w: 12, h: 8 });
  return {
    uid,
    title,
    tags: ['real', orgName],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    editable: true,
    annotations: { list: [{ name: 'deploys', datasource, enable: true, iconColor: 'red', expr: 'changes(up[1m])' }] },
    templating: {
      list: [{ name: 'instance', type: 'query', datasource, query: 'label_values(up, instance)', refresh: 1 }],
    },
    links: [{ title: 'home', type: 'link', url: '/d/real-home' }],
    panels: [
      {
        id: 1,
        type: 'timeseries',
        title: 'Series',
        gridPos: gridPos(0),
        datasource,
        targets: [{ refId: 'A', expr: 'up' }],
      },
      { id: 2, type: 'text', title: 'Text', gridPos: gridPos(8), options: { content: `# ${title}`, mode: 'markdown' } },
      {
        id: 3,
        gridPos: gridPos(16),
        title: 'Shared series',
        libraryPanel: { uid: 'real-lib-shop', name: 'Shared series' },
      },
    ],
    ...more,
  };
}
