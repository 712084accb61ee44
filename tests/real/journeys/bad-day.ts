import { LOSSES } from '../dump/losses.ts';
import { Refused, type Grafana } from '../grafana.ts';
import type { Journey, Stage } from '../journey.ts';

/** A bad day: something happens, is put back, undone, and put back again. */
interface BadDay {
  name: string;
  title: string;
  happens(grafana: Grafana): Promise<void>;
  /** How the restore is asked for, behind the snapshot's id. */
  restore: readonly string[];
}

const PROVISIONING = '/api/v1/provisioning';

const DAYS: readonly BadDay[] = [
  {
    name: 'deleted-folder',
    title: 'Someone deleted a folder with all below it',
    happens: (grafana) => deleteFolder(grafana, 'real-business'),
    restore: ['--folder', 'real-business', '--orgs', '1'],
  },
  {
    name: 'deleted-dashboard',
    title: 'Someone deleted a public dashboard with annotations and permissions',
    happens: (grafana) => grafana.delete('/api/dashboards/uid/real-shop-front'),
    restore: ['--only', 'dashboard/real-shop-front', '--orgs', '1'],
  },
  {
    name: 'broken-dashboard',
    title: 'Someone broke a dashboard',
    happens: (grafana) => breakDashboard(grafana, 'real-orders'),
    restore: ['--only', 'dashboard/real-orders', '--overwrite', '--orgs', '1'],
  },
  {
    name: 'moved-dashboard',
    title: 'Someone moved a dashboard into another folder',
    happens: async (grafana) => {
      const { dashboard } = await grafana.get<{ dashboard: object }>('/api/dashboards/uid/real-basket');
      await grafana.post('/api/dashboards/db', { dashboard, folderUid: 'real-wide', overwrite: true });
    },
    restore: ['--only', 'dashboard/real-basket', '--overwrite', '--orgs', '1'],
  },
  {
    name: 'deleted-data-source',
    title: 'Someone deleted a data source',
    happens: (grafana) => grafana.delete('/api/datasources/uid/real-loki'),
    restore: ['--kinds', 'data-source,correlation', '--orgs', '1'],
  },
  {
    name: 'deleted-rule-group',
    title: 'Someone deleted a group of alert rules',
    happens: (grafana) => grafana.delete(`${PROVISIONING}/folder/real-shop/rule-groups/Orders`),
    restore: ['--kinds', 'alert-rule-group', '--orgs', '1'],
  },
  {
    name: 'deleted-contact-point',
    title: 'Someone emptied the notification policies and deleted contact points',
    happens: deleteContactPoints,
    restore: ['--kinds', 'contact-point,notification-policy', '--overwrite', '--orgs', '1'],
  },
  {
    name: 'widened-permissions',
    title: 'Someone let everybody into a folder',
    happens: (grafana) =>
      grafana.post('/api/folders/real-narrow/permissions', { items: [{ role: 'Viewer', permission: 4 }] }),
    restore: ['--only', 'folder-permissions/real-narrow', '--overwrite', '--orgs', '1'],
  },
  {
    name: 'added-since',
    title: 'Someone added dashboards to a folder that should go again',
    happens: async (grafana) => {
      await grafana.post('/api/folders', { uid: 'real-added', title: 'Added', parentUid: 'real-wide' });
      const dashboard = { uid: 'real-added-one', title: 'Added', schemaVersion: 39, panels: [] };
      await grafana.post('/api/dashboards/db', { dashboard, folderUid: 'real-added' });
    },
    restore: ['--folder', 'real-wide', '--overwrite', '--delete-extra', '--orgs', '1'],
  },
];

/** Each bad day of docs/restore.md as a journey. */
export const BAD_DAYS: readonly Journey[] = DAYS.map((day) => ({
  name: day.name,
  title: day.title,
  run: (stage) => live(stage, day),
}));

async function live(stage: Stage, { happens, restore }: BadDay): Promise<void> {
  const { id } = await stage.snapshot();
  const before = await stage.dump();
  await happens(stage.grafana);
  const after = await stage.dump();
  const report = await stage.restore('restore', [id, ...restore]);
  const restored = await stage.dump();
  stage.checkEqual('everything is as before', before, restored, LOSSES);
  await stage.undo('undo', report);
  stage.checkEqual('undone, everything is as after it happened', after, await stage.dump(), LOSSES);
  await stage.restore('restore again', [id, ...restore]);
  stage.checkEqual('restored again, everything is as the first time', restored, await stage.dump(), LOSSES);
}

/**
 * Deletes a folder with all below it, as far as Grafana lets one: before 12 it keeps a folder with library panels that
 * dashboards elsewhere use (403), and fails to find folders below that it has just deleted (404).
 */
export async function deleteFolder(grafana: Grafana, uid: string): Promise<void> {
  const path = `/api/folders/${uid}?forceDeleteRules=true`;
  try {
    await grafana.delete(path);
  } catch (error) {
    unlessKept(error);
    await emptyFolder(grafana, uid);
    await grafana.delete(path).catch(unlessKept);
  }
}

function unlessKept(error: unknown): void {
  if (!(error instanceof Refused && (error.status === 403 || error.status === 404))) {
    throw error;
  }
}

/** Deletes what is in a folder one by one: dashboards first, as they use library panels of this and other folders. */
async function emptyFolder(grafana: Grafana, uid: string): Promise<void> {
  const below = await grafana.get<{ uid: string }[]>(`/api/folders?parentUid=${uid}&limit=1000`);
  const dashboards = await grafana.get<{ uid: string }[]>(`/api/search?type=dash-db&folderUIDs=${uid}&limit=5000`);
  for (const dashboard of dashboards) {
    await grafana.delete(`/api/dashboards/uid/${dashboard.uid}`);
  }
  for (const folder of below) {
    await deleteFolder(grafana, folder.uid);
  }
}

/** Saves a dashboard without its panels and under another title. */
export async function breakDashboard(grafana: Grafana, uid: string): Promise<void> {
  const { dashboard, meta } = await grafana.get<{ dashboard: object; meta: { folderUid: string } }>(
    `/api/dashboards/uid/${uid}`,
  );
  await grafana.post('/api/dashboards/db', {
    dashboard: { ...dashboard, title: 'Broken', panels: [], templating: { list: [] } },
    folderUid: meta.folderUid,
    overwrite: true,
  });
}

/** Empties the notification policies and deletes three contact points. */
export async function deleteContactPoints(grafana: Grafana): Promise<void> {
  await grafana.put(
    `${PROVISIONING}/policies`,
    { receiver: 'Mail', group_by: ['alertname'] },
    { 'x-disable-provenance': 'true' },
  );
  for (const uid of ['real-cp-slack', 'real-cp-pagerduty', 'real-cp-telegram']) {
    await grafana.delete(`${PROVISIONING}/contact-points/${uid}`);
  }
}
