import { compact } from '../../../contract/compact.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import type { KindName } from '../../../contract/kinds.ts';
import { grantsIn, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import { isForbidden, isUnreadable } from '../../../grafana/http/errors.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { isDashboardWhole, liveDashboards } from '../../../grafana/kinds/dashboards/dashboard/live.ts';
import { isFolderLive, liveFolders } from '../../../grafana/kinds/dashboards/folder.ts';
import type { KindContext } from '../../../grafana/kinds/kind.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { readPermissions } from '../../../grafana/permissions.ts';
import { accountDirectoryOf, hasMembers } from '../../../grafana/account-directory.ts';
import { NO_GRANTS, type FolderAccess } from './access.ts';

/** Of more dashboards than this, a list tells which are shared. */
const READ_SINGLY = 32;

/**
 * Who may do what in the folders of one organization now. Reads each folder and its permissions once, and only those
 * that the plan has not seen already.
 */
export class LiveAccess implements FolderAccess {
  readonly #context: KindContext;
  readonly #folders = new RecentValues<Promise<Folder>>();
  readonly #grants = new RecentValues<Promise<Grants | undefined>>();
  readonly #shares = new RecentValues<Promise<Content | undefined>>();
  readonly #places = new RecentValues<Promise<string | undefined>>();
  #shared: Promise<ReadonlySet<string> | undefined> | undefined;

  constructor(context: KindContext) {
    this.#context = context;
  }

  /** Takes what the plan has read anyway. */
  saw(kind: KindName, uid: string, live: Content | undefined): void {
    if (kind === 'public-dashboard') {
      this.#shares.set(uid, Promise.resolve(live));
    } else if (kind === 'dashboard') {
      this.#places.set(uid, Promise.resolve(live && (live.folderUid ?? '')));
    } else if (kind === 'folder') {
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

  /** The folder of a dashboard; undefined where it is not live, or without the right to see it. */
  folderOf(dashboard: string): Promise<string | undefined> {
    const read = async (): Promise<string | undefined> => {
      const live = await kindOf('dashboard').read(this.#context, { uid: dashboard, title: dashboard });
      return live && (live.folderUid ?? '');
    };
    // A list also has what is too large to be read.
    const find = async (): Promise<string | undefined> => {
      const live = (await liveDashboards(this.#context)).find(({ uid }) => uid === dashboard);
      return live && (live.folderUid ?? '');
    };
    return this.#places.use(dashboard, () =>
      read().catch((error: unknown) => (isUnreadable(error) ? find() : unlessForbidden(error, undefined))),
    );
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
    return this.#grants.use(`${resource}/${uid}`, () => this.#read(resource, uid));
  }

  /**
   * How a dashboard is shared outside the organization; undefined where it is not, or without the right to look.
   * @param asked - how many dashboards are asked about: of more than a few, only those in the list of all are read.
   */
  async shareOf(dashboard: string, asked: number): Promise<Content | undefined> {
    const known = this.#shares.get(dashboard);
    if (known !== undefined) {
      return known;
    }
    if (asked > READ_SINGLY) {
      this.#shared ??= this.#listShared();
      if ((await this.#shared)?.has(dashboard) === false) {
        return undefined;
      }
    }
    return this.#shares.use(dashboard, () =>
      kindOf('public-dashboard')
        .read(this.#context, { uid: dashboard, title: dashboard })
        .catch((error: unknown) => unlessForbidden(error, undefined)),
    );
  }

  /** Dashboards that are shared; undefined where the list cannot be had. */
  async #listShared(): Promise<ReadonlySet<string> | undefined> {
    const kind = kindOf('public-dashboard');
    try {
      if (!(await kind.serves(this.#context)).served) {
        return new Set();
      }
      const shared = new Set<string>();
      for await (const { uid } of kind.list(this.#context, { revision: () => undefined, size: 0 })) {
        shared.add(uid);
      }
      return shared;
    } catch (error) {
      return unlessForbidden(error, undefined);
    }
  }

  /** The team of that name, with its members; undefined where there is none, or without the right to look. */
  async team(name: string): Promise<Content | undefined> {
    return kindOf('team')
      .read(this.#context, { uid: name, title: name })
      .catch((error: unknown) => unlessForbidden(error, undefined));
  }

  /** Users and service accounts that are Admins of the organization: they have everything already. */
  async admins(): Promise<ReadonlySet<string>> {
    return new Set([...(await this.roles())].flatMap(([account, role]) => (role === 'Admin' ? [account] : [])));
  }

  /** Roles in the organization of users and service accounts, by subject and name; none without the right to look. */
  async roles(): Promise<ReadonlyMap<string, string>> {
    const directory = await accountDirectoryOf(this.#context);
    try {
      return new Map([
        ...(await directory.users()).map(({ login, role }) => [`user/${String(login)}`, String(role)] as const),
        ...(await directory.serviceAccounts()).map(
          ({ name, role }) => [`serviceAccount/${String(name)}`, String(role)] as const,
        ),
      ]);
    } catch (error) {
      return unlessForbidden(error, new Map<string, string>());
    }
  }

  /** Whether anyone here gets what Grafana gives to all Viewers and Editors, and did not have it as an Admin. */
  hasMembers(): Promise<boolean> {
    return hasMembers(this.#context);
  }

  #folder(uid: string): Promise<Folder> {
    // A list also has what is too large to be read.
    const find = async (): Promise<Folder> => (await liveFolders(this.#context)).find((one) => one.uid === uid);
    return this.#folders.use(uid, () =>
      kindOf('folder')
        .read(this.#context, { uid, title: uid })
        .catch((error: unknown) => (isUnreadable(error) ? find() : unlessForbidden(error, 'unknown'))),
    );
  }

  async #read(resource: 'folders' | 'dashboards', uid: string): Promise<Grants | undefined> {
    const isLive = resource === 'folders' ? isFolderLive : isDashboardWhole;
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
