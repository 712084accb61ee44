import { DashkeepError } from '../../../contract/errors.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { grantsIn, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import { storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';
import { NO_GRANTS, type Access } from './access.ts';

/** The permissions that a snapshot holds; many resources have the same ones. */
export class StoredGrants {
  readonly #request: Pick<PlanRequest, 'repository' | 'signal'>;
  readonly #byObject = new Map<string, Promise<Grants>>();

  constructor(request: Pick<PlanRequest, 'repository' | 'signal'>) {
    this.#request = request;
  }

  of(entry: ManifestEntry): Promise<Grants> {
    const grants = this.#byObject.get(entry.object) ?? this.#read(entry);
    this.#byObject.set(entry.object, grants);
    return grants;
  }

  /** A damaged object must not stop a restore that does not write it: then it counts as if nothing was permitted. */
  async #read(entry: ManifestEntry): Promise<Grants> {
    try {
      const { repository, signal } = this.#request;
      return grantsIn((await storedContent(repository, entry, signal)).body);
    } catch (error) {
      if (error instanceof DashkeepError && error.code.startsWith('DK_OBJECT_')) {
        return NO_GRANTS;
      }
      throw error;
    }
  }
}

/** Who might do what in the folders of one organization when the snapshot was taken. */
export class StoredAccess implements Access {
  readonly #entries: ReadonlyMap<string, ManifestEntry>;
  readonly #org: number;
  readonly #grants: StoredGrants;

  constructor(entries: ReadonlyMap<string, ManifestEntry>, org: number, grants: StoredGrants) {
    this.#entries = entries;
    this.#org = org;
    this.#grants = grants;
  }

  async parentOf(folder: string): Promise<string | undefined> {
    const entry = this.#entry('folder', folder);
    return entry === undefined ? undefined : (entry.folderUid ?? '');
  }

  grantsOf(folder: string): Promise<Grants | undefined> {
    return this.ownGrants('folder-permissions', folder);
  }

  /** Permissions of a folder or dashboard itself; undefined where the snapshot does not hold them. */
  async ownGrants(kind: 'folder-permissions' | 'dashboard-permissions', uid: string): Promise<Grants | undefined> {
    const entry = this.#entry(kind, uid);
    return entry === undefined ? undefined : this.#grants.of(entry);
  }

  #entry(kind: ManifestEntry['kind'], uid: string): ManifestEntry | undefined {
    return this.#entries.get(keyOf({ org: this.#org, kind, uid }));
  }
}

/** The entries of a snapshot that say who may do what in folders, by org, kind and uid. */
export function accessEntries({ resources }: Manifest): ReadonlyMap<string, ManifestEntry> {
  return new Map(
    resources
      .filter(({ kind }) => kind === 'folder' || kind === 'folder-permissions' || kind === 'dashboard-permissions')
      .map((entry) => [keyOf(entry), entry]),
  );
}
