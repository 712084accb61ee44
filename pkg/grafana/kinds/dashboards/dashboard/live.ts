import { compact } from '../../../../contract/compact.ts';
import { ifFound } from '../../../http/errors.ts';
import { objectsOf } from '../../../http/pagination/lists.ts';
import { dashboard } from '../dashboard.ts';
import type { KindContext, Known, Listed } from '../../kind.ts';
import { listedDashboards } from './listed.ts';
import { dashboardsPath, usableVersions } from './stored.ts';
import { isFolderLive } from '../folder.ts';

/** Claiming to know everything makes the kind list metadata only, without bodies. */
export const EVERYTHING: Known = { revision: () => undefined, size: Infinity };

/**
 * Uid, title and folder of every dashboard that is live, without bodies where the server can leave them out; read once.
 * @param known - what the last backup knows: then it takes one request where nothing has changed since
 */
export function liveDashboards(context: KindContext, known = EVERYTHING): Promise<Listed[]> {
  return context.memo('live-dashboards', async () => {
    const listed = await listedDashboards(context);
    if (listed !== undefined) {
      return listed;
    }
    const all: Listed[] = [];
    for await (const { uid, title, folderUid } of dashboard.list(context, known)) {
      all.push(compact({ uid, title, folderUid }));
    }
    return all;
  });
}

/** Takes what a list of all dashboards has shown in this run, so that they are not listed again. */
export async function rememberDashboards(context: KindContext, all: readonly Listed[]): Promise<void> {
  await context.memo('live-dashboards', () => Promise.resolve([...all]));
}

/** Uid, title and folder of one dashboard, if it is live. */
export async function liveDashboard(context: KindContext, uid: string): Promise<Listed | undefined> {
  const content = await dashboard.read(context, { uid, title: uid });
  return content && compact({ uid, title: content.title, folderUid: content.folderUid });
}

/**
 * Whether a dashboard is live now. The routes under `/api/dashboards/uid` don't prove that it is not: they answer 404
 * also when they could not look (api/dashboard.go getDashboardHelper).
 */
export async function isDashboardLive(context: KindContext, uid: string): Promise<boolean> {
  const { grafana, signal } = context;
  const [version] = usableVersions(context);
  if (version === undefined) {
    const path = '/api/search';
    const hits = await grafana.get(path, { query: { type: 'dash-db', dashboardUIDs: uid }, signal });
    return objectsOf(hits, path).length > 0;
  }
  const path = `${dashboardsPath(context, version)}/${encodeURIComponent(uid)}`;
  return (await ifFound(grafana.get(path, { signal, ignoreBody: true }))) !== undefined;
}

/** Whether a dashboard is live, with all that it is in: Grafana knows no permissions of one whose folder is missing. */
export async function isDashboardWhole(context: KindContext, uid: string): Promise<boolean> {
  const folderUid = (await isDashboardLive(context, uid)) ? (await liveDashboard(context, uid))?.folderUid : null;
  return folderUid !== null && (folderUid === undefined || isFolderLive(context, folderUid));
}
