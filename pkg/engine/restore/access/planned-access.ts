import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { grantsOfNew, NO_GRANTS, type FolderAccess } from './access.ts';
import type { LiveAccess } from './live-access.ts';

/** What applying a plan changes. */
export interface PlannedWrites {
  /** What is created or updated, by its key at the target. */
  written: ReadonlyMap<string, PlannedItem>;
  /** The folder in which something will be that moves or is created, by its key; undefined for all else. */
  placeOf(key: string): string | undefined;
  /** Reads the permissions of the snapshot. */
  read(entry: ManifestEntry): Promise<Grants>;
}

/** Who may do what in the folders of one organization once a plan is applied. */
export class PlannedAccess implements FolderAccess {
  readonly #live: LiveAccess;
  readonly #org: number;
  readonly #writes: PlannedWrites;

  constructor(live: LiveAccess, org: number, writes: PlannedWrites) {
    this.#live = live;
    this.#org = org;
    this.#writes = writes;
  }

  async parentOf(folder: string): Promise<string | undefined> {
    const place =
      this.#written('folder', folder) === undefined
        ? undefined
        : this.#writes.placeOf(keyOf({ org: this.#org, kind: 'folder', uid: folder }));
    return place ?? this.#live.parentOf(folder);
  }

  async grantsOf(folder: string): Promise<Grants | undefined> {
    const permissions = this.#written('folder-permissions', folder)?.entry;
    if (permissions !== undefined) {
      return this.#writes.read(permissions);
    }
    return this.#written('folder', folder)?.action === 'create'
      ? grantsOfNew('folder', (await this.parentOf(folder)) ?? '')
      : this.#live.grantsOf(folder);
  }

  /** What Grafana gives to something that is created without its permissions. */
  grantsOfCreated(kind: 'folder' | 'dashboard', uid: string, folder: string): Grants {
    return this.#written(`${kind}-permissions`, uid) === undefined ? grantsOfNew(kind, folder) : NO_GRANTS;
  }

  /** What a dashboard that is there gives by itself. */
  async grantsOfUpdated(uid: string): Promise<Grants | undefined> {
    const permissions = this.#written('dashboard-permissions', uid)?.entry;
    return permissions === undefined ? this.#live.ownGrants('dashboards', uid) : this.#writes.read(permissions);
  }

  #written(kind: PlannedItem['kind'], uid: string): PlannedItem | undefined {
    return this.#writes.written.get(keyOf({ org: this.#org, kind, uid }));
  }
}

/** What a plan creates or updates, by its key at the target. */
export function writtenItems(items: readonly PlannedItem[]): ReadonlyMap<string, PlannedItem> {
  return new Map(
    items
      .filter(({ action }) => action === 'create' || action === 'update')
      .map((item) => [keyOf(targetOf(item)), item]),
  );
}
