import { afterAll } from 'vitest';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { RestoreBench } from './harness.ts';

/** A classic dashboard whose one panel asks a data source, and maybe shows a library panel. */
export function board(uid: string, title: string, source: string, panel?: string): Record<string, unknown> {
  return {
    uid,
    title,
    schemaVersion: 39,
    panels: [
      { id: 1, type: 'timeseries', title: 'One', datasource: { type: 'prometheus', uid: source }, targets: [] },
      ...(panel === undefined ? [] : [{ id: 2, title: 'Shared', libraryPanel: { uid: panel, name: panel } }]),
    ],
  };
}

export function rule(uid: string, title: string, source: string, dashboard: string): Record<string, unknown> {
  return {
    uid,
    title,
    condition: 'A',
    data: [
      {
        refId: 'A',
        queryType: '',
        relativeTimeRange: { from: 600, to: 0 },
        datasourceUid: source,
        model: { datasource: { type: 'prometheus', uid: source }, expr: 'up', refId: 'A' },
      },
    ],
    noDataState: 'NoData',
    execErrState: 'Error',
    for: '1m',
    annotations: { __dashboardUid__: dashboard, __panelId__: '1' },
    notification_settings: { receiver: 'ops' },
  };
}

/**
 * Folders `infra` (with `hosts` below it where folders nest), `shared` and `other`; dashboards in each and at the root;
 * a library panel in `infra` and one in `shared`, both used from `infra`; rules, permissions and a contact point.
 */
export async function seed(bench: RestoreBench, org = 1): Promise<void> {
  const api = (route: string, body?: unknown): ReturnType<RestoreBench['api']> => bench.api(route, body, org);
  await api('POST /api/datasources', {
    uid: 'prom',
    name: 'Prometheus',
    type: 'prometheus',
    access: 'proxy',
    url: 'http://prom:9090',
    basicAuth: true,
    basicAuthUser: 'reader',
    secureJsonData: { basicAuthPassword: 'secret' },
  });
  await api('POST /api/v1/provisioning/contact-points', {
    uid: 'ops-mail',
    name: 'ops',
    type: 'email',
    settings: { addresses: 'ops@example.com' },
  });
  for (const uid of ['infra', 'shared', 'other']) {
    await api('POST /api/folders', { uid, title: `Folder ${uid}` });
  }
  await api('POST /api/folders', { uid: 'hosts', title: 'Folder hosts', parentUid: 'infra' });
  for (const [uid, folderUid] of [
    ['own-panel', 'infra'],
    ['shared-panel', 'shared'],
  ]) {
    const model = { type: 'stat', title: uid, datasource: { type: 'prometheus', uid: 'prom' } };
    await api('POST /api/library-elements', { uid, folderUid, name: uid, kind: 1, model });
  }
  for (const [uid, folderUid, panel] of [
    ['board', 'infra', 'own-panel'],
    ['deep', 'hosts', 'shared-panel'],
    ['elsewhere', 'other', 'shared-panel'],
    ['root', '', undefined],
  ] as const) {
    const dashboard = board(uid, `Board ${uid}`, 'prom', panel);
    await api('POST /api/dashboards/db', { dashboard, ...(folderUid === '' ? {} : { folderUid }) });
  }
  await api('POST /api/folders/infra/permissions', { items: [{ role: 'Viewer', permission: 2 }] });
  for (const folder of ['infra', 'other']) {
    await api(`PUT /api/v1/provisioning/folder/${folder}/rule-groups/down`, {
      interval: 120,
      rules: [rule(`${folder}-down`, `Down in ${folder}`, 'prom', folder === 'infra' ? 'board' : 'elsewhere')],
    });
  }
}

/**
 * For tests that begin with a backup of what `seed` makes: the first one makes it, for each version of Grafana, and the
 * others start from copies.
 * @param more - what there is beside it
 */
export function seededBenches(
  more: (bench: RestoreBench) => Promise<unknown> = async () => undefined,
): (profile: ProfileName) => Promise<RestoreBench> {
  const kept = new Map<ProfileName, () => Promise<RestoreBench>>();
  const made: RestoreBench[] = [];
  afterAll(() => Promise.all(made.map((bench) => bench.close())));
  return async (profile) => {
    const known = kept.get(profile);
    if (known !== undefined) {
      return known();
    }
    const bench = await RestoreBench.start({ profile, nestedFolders: true });
    made.push(bench);
    await seed(bench);
    await more(bench);
    await bench.backup();
    const open = await bench.keep();
    kept.set(profile, open);
    return open();
  };
}
