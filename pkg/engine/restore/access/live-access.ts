import { compact } from '../../../contract/compact.ts';
import type { KindName } from '../../../contract/kinds.ts';
import { grantsIn, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import { isForbidden } from '../../../grafana/http/errors.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { isDashboardLive } from '../../../grafana/kinds/dashboards/dashboard/live.ts';
import { isFolderLive } from '../../../grafana/kinds/dashboards/folder.ts';
import type { KindContext } from '../../../grafana/kinds/kind.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { readPermissions } from '../../../grafana/permissions.ts';
import { accountDirectoryOf } from '../../../grafana/account-directory.ts';
import type { JsonObject } from '../../../lib/json/json.ts';
import { NO_GRANTS, type Access } from './access.ts';

/**
 * Who may do what in the folders of one organization now. Reads each folder and its permissions once, and only those
 * that the plan has not seen already.
 */
export class LiveAccess implements Access {
  readonly #context: KindContext;
  readonly #folders = new Map<string, Promise<Folder>>();
  readonly #grants = new Map<string, Promise<Grants | undefined>>();

  constructor(context: KindContext) {
    this.#context = context;
  }

  /** Takes what the plan has read anyway. */
  saw(kind: KindName, uid: string, live: Content | undefined): void {
    if (kind === 'folder') {
      const folder = live === undefined ? undefined : compact({ title: live.title, folderUid: live.folderUid });
      this.#folders.set(uid, Promise.resolve(folder));
    } else if (kind === 'folder-permissions' || kind === 'dashboard-permissions') {
      const grants = live === undefined ? NO_GRANTS : grantsIn(live.body);
      this.#grants.set(`${RESOURCES[kind]}/${uid}`, Promise.resolve(grants));
    }
  }

  async parentOf(folder: string): Promise<string | undefined> {
    const live = await this.#folder(folder);
    return live === 'unknown' ? undefined : (live?.folderUid ?? '');
  }

  async titleOf(folder: string): Promise<string | undefined> {
    const live = await this.#folder(folder);
    return live === 'unknown' ? undefined : live?.title;
  }

  grantsOf(folder: string): Promise<Grants | undefined> {
    return this.ownGrants('folders', folder);
  }

  /** Permissions of a folder or dashboard itself; undefined without the right to read them. */
  ownGrants(resource: 'folders' | 'dashboards', uid: string): Promise<Grants | undefined> {
    const key = `${resource}/${uid}`;
    const grants = this.#grants.get(key) ?? this.#read(resource, uid);
    this.#grants.set(key, grants);
    return grants;
  }

  /** Users and service accounts that are Admins of the organization: they have everything already. */
  async admins(): Promise<ReadonlySet<string>> {
    const directory = await accountDirectoryOf(this.#context);
    try {
      const users = (await directory.users()).filter(({ role }) => role === 'Admin');
      const accounts = (await directory.serviceAccounts()).filter(({ role }) => role === 'Admin');
      return new Set([
        ...users.map(({ login }) => `user/${String(login)}`),
        ...accounts.map(({ name }) => `serviceAccount/${String(name)}`),
      ]);
    } catch (error) {
      return unlessForbidden(error, new Set<string>());
    }
  }

  /** Whether anyone here gets what Grafana gives to all Viewers and Editors, and did not have it as an Admin. */
  async hasMembers(): Promise<boolean> {
    const directory = await accountDirectoryOf(this.#context);
    const isMember = ({ role }: JsonObject): boolean => role !== 'Admin' && role !== 'None';
    try {
      return (await directory.users()).some(isMember) || (await directory.serviceAccounts()).some(isMember);
    } catch (error) {
      return unlessForbidden(error, true);
    }
  }

  #folder(uid: string): Promise<Folder> {
    const read = (): Promise<Folder> =>
      kindOf('folder')
        .read(this.#context, { uid, title: uid })
        .catch((error: unknown) => unlessForbidden(error, 'unknown'));
    const folder = this.#folders.get(uid) ?? read();
    this.#folders.set(uid, folder);
    return folder;
  }

  async #read(resource: 'folders' | 'dashboards', uid: string): Promise<Grants | undefined> {
    const isLive = resource === 'folders' ? isFolderLive : isDashboardLive;
    try {
      const body = await readPermissions(this.#context, resource, uid, () => isLive(this.#context, uid));
      return body === undefined ? NO_GRANTS : grantsIn(body);
    } catch (error) {
      return unlessForbidden(error, undefined);
    }
  }
}

/** A folder, if it is live; unknown without the right to see it. */
type Folder = Pick<Content, 'title' | 'folderUid'> | 'unknown' | undefined;

const RESOURCES = { 'folder-permissions': 'folders', 'dashboard-permissions': 'dashboards' } as const;

function unlessForbidden<T>(error: unknown, otherwise: T): T {
  if (isForbidden(error)) {
    return otherwise;
  }
  throw error;
}
