import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Selection } from './types.ts';

/**
 * The entries of a snapshot that a selection means.
 * @throws DK_NOT_FOUND when a resource that is asked for by name is not in the snapshot.
 */
export function select(manifest: Manifest, selection: Selection): ManifestEntry[] {
  const { kinds, only } = selection;
  for (const wanted of only ?? []) {
    if (!manifest.resources.some((entry) => matches(entry, wanted))) {
      throw new DashkeepError('DK_NOT_FOUND', `snapshot ${manifest.id} holds no ${wanted.kind} '${wanted.uid}'`);
    }
  }
  return manifest.resources.filter(
    (entry) =>
      (kinds === undefined || kinds.includes(entry.kind)) &&
      (only === undefined || only.some((wanted) => matches(entry, wanted))),
  );
}

function matches(entry: ManifestEntry, wanted: NonNullable<Selection['only']>[number]): boolean {
  return (
    entry.kind === wanted.kind && entry.uid === wanted.uid && (wanted.org === undefined || wanted.org === entry.org)
  );
}
