import { DashkeepError } from '../../../contract/errors.ts';
import type { KindName } from '../../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { grantsIn, type Grants } from '../../../grafana/kinds/access/permissions/grants.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import type { Reference } from '../../../grafana/kinds/kind.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import { sourceOf, storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';
import { NO_GRANTS, type FolderAccess } from './access.ts';

/** The permissions that a snapshot holds, for those who stand in for others; many resources have the same ones. */
export class StoredGrants {
  readonly #request: Pick<PlanRequest, 'repository' | 'source' | 'options' | 'signal'>;
  readonly #byObject = new RecentValues<Promise<Grants>>();

  constructor(request: Pick<PlanRequest, 'repository' | 'source' | 'options' | 'signal'>) {
    this.#request = request;
  }

  of(entry: ManifestEntry): Promise<Grants> {
    return this.#byObject.use(entry.object, () => this.#read(entry));
  }

  /** A damaged object must not stop a restore that does not write it: then it counts as if nothing was permitted. */
  async contentOf(entry: ManifestEntry): Promise<Content | undefined> {
    try {
      return await storedContent(sourceOf(this.#request), entry, this.#request.signal);
    } catch (error) {
      if (error instanceof DashkeepError && error.code.startsWith('DK_OBJECT_')) {
        return undefined;
      }
      throw error;
    }
  }

  async #read(entry: ManifestEntry): Promise<Grants> {
    const content = await this.contentOf(entry);
    if (content === undefined) {
      return NO_GRANTS;
    }
    const { replace } = this.#request.options;
    const renamed = ({ kind, uid }: Reference): string => replace?.get(kind)?.get(uid) ?? uid;
    return grantsIn((kindOf(entry.kind).rename?.(content, renamed) ?? content).body);
  }
}

/** Who might do what in the folders of one organization when the snapshot was taken. */
export class StoredAccess implements FolderAccess {
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

  /** How a dashboard was shared outside the organization; undefined where the snapshot holds no such thing. */
  async shareOf(dashboard: string): Promise<Content | undefined> {
    const entry = this.#entry('public-dashboard', dashboard);
    return entry === undefined ? undefined : this.#grants.contentOf(entry);
  }

  #entry(kind: ManifestEntry['kind'], uid: string): ManifestEntry | undefined {
    return this.#entries.get(keyOf({ org: this.#org, kind, uid }));
  }
}

const ACCESS_KINDS: ReadonlySet<KindName> = new Set([
  'folder',
  'folder-permissions',
  'dashboard',
  'dashboard-permissions',
  'public-dashboard',
  'team',
]);

/** The entries of a snapshot that say who may see what, by org, kind and uid. */
export function accessEntries({ resources }: Manifest): ReadonlyMap<string, ManifestEntry> {
  return new Map(resources.filter(({ kind }) => ACCESS_KINDS.has(kind)).map((entry) => [keyOf(entry), entry]));
}
