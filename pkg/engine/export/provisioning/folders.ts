import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { groupBy } from '../../../lib/group-by.ts';

/**
 * Titles of folders when all are at the root, the only place where provisioned dashboards get new ones: their own, or
 * their path where several have the same.
 */
export class RootFolders {
  readonly #titles = new Map<string, string>();

  constructor({ resources }: Pick<Manifest, 'resources'>) {
    const folders = resources.filter(({ kind }) => kind === 'folder');
    for (const alike of groupBy(folders, ({ org, title }) => `${org}/${title}`).values()) {
      for (const { org, uid, title, folder } of alike) {
        const path = folder === '' ? title : `${folder} / ${title}`;
        this.#titles.set(`${org}/${uid}`, alike.length === 1 || folder === '' ? title : path);
      }
    }
  }

  /** The title of the folder that a resource is in; undefined at the root. */
  above({ org, folderUid }: Pick<ManifestEntry, 'org' | 'folderUid'>): string | undefined {
    return folderUid === undefined ? undefined : (this.#titles.get(`${org}/${folderUid}`) ?? folderUid);
  }
}
