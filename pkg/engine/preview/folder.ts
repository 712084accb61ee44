import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { isNotFound } from '../../grafana/http/errors.ts';
import { foldersPath, GROUP, usableVersion } from '../../grafana/kinds/dashboards/folder/api.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { folderPath, isRootFolder } from '../../grafana/previews.ts';
import { isGrantedEverywhere } from '../../grafana/rights.ts';
import { closeToOthers } from './closed.ts';

/**
 * Creates a folder at the root for one copy, and proves that only admins see what will be in it.
 * @throws DK_GRAFANA_FORBIDDEN, before it is created, when this account could not remove it; DK_GRAFANA_REFUSED
 * when others would see it; GrafanaError, also when something has that UID already
 */
export async function makeClosedFolder(context: KindContext, uid: string, title: string): Promise<void> {
  await assertRemovable(context);
  await create(context, uid, title);
  const made = await context.grafana.get(folderPath(uid), { signal: context.signal });
  if (!isRootFolder(made)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', 'Grafana created the folder of the copy inside another folder');
  }
  await closeToOthers(context, { resource: 'folders', uid });
}

/** An account with permissions on individual folders has none on a folder that is closed to everyone. */
async function assertRemovable(context: KindContext): Promise<void> {
  if (!(await isGrantedEverywhere(context, REMOVAL, ['folders']))) {
    const permission = `${REMOVAL} on folders:*`;
    throw new DashkeepError(
      'DK_GRAFANA_FORBIDDEN',
      `Dashkeep could not remove its temporary folder without ${permission}`,
      {
        advice: reason('give-grafana-permission', { permission }),
      },
    );
  }
}

const REMOVAL = 'folders:delete';

/**
 * Grafana gives a new folder at the root to all viewers and editors, and may go by that for a minute after it was taken
 * away again (acimpl/service.go, cacheTTL). A PUT gives it to no one (folder_storage.go).
 */
async function create(context: KindContext, uid: string, title: string): Promise<void> {
  const { grafana, signal } = context;
  const version = usableVersion(context);
  if (version === undefined) {
    await createBefore12(context, uid, title);
    return;
  }
  const all = foldersPath(context, version);
  const folder = { apiVersion: `${GROUP}/${version}`, kind: 'Folder', metadata: { name: uid }, spec: { title } };
  try {
    await grafana.put(`${all}/${uid}`, folder, { signal });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    await grafana.post(all, folder, { signal });
  }
}

/** There a folder is given to no one else when it is created inside another one, which stays empty and goes. */
async function createBefore12({ grafana, signal }: KindContext, uid: string, title: string): Promise<void> {
  const outer = outerFolderOf(uid);
  await grafana.post('/api/folders', { uid: outer, title: `${title} (empty)` }, { signal });
  await grafana.post('/api/folders', { uid, title, parentUid: outer }, { signal });
  if (!isRootFolder(await grafana.get(folderPath(uid), { signal }))) {
    await grafana.post(`${folderPath(uid)}/move`, { parentUid: '' }, { signal });
  }
  await grafana.delete(folderPath(outer), { signal });
}

/** The UID of the folder that a folder is created in before Grafana 12. */
export function outerFolderOf(uid: string): string {
  return `${uid}-`;
}
