import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { mapPool } from '../pool.ts';
import { belongingsOf } from './belongings.ts';
import { storedContent } from './content.ts';
import type { PlanRequest, Selection } from './types.ts';

const READS_AT_ONCE = 16;

type Source = Pick<PlanRequest, 'manifest' | 'repository' | 'selection' | 'options' | 'signal'>;

/** What a selection means. */
export interface Selected {
  entries: ManifestEntry[];
  /** Those of them that nobody named: they belong to a folder or dashboard that somebody did. */
  along: ReadonlySet<ManifestEntry>;
}

/**
 * The entries of a snapshot that a selection means.
 * @throws DK_NOT_FOUND when a resource or folder that is asked for by name is not in the snapshot.
 */
export async function select(source: Source): Promise<Selected> {
  const { manifest } = source;
  const { orgs, kinds, only, folders, also, exactly } = source.selection;
  const held = new Set(manifest.resources.flatMap((entry) => [keyOf(entry), keyOf({ ...entry, org: undefined })]));
  for (const wanted of [...(only ?? []), ...(also ?? [])]) {
    if (!held.has(keyOf(wanted))) {
      throw new DashkeepError('DK_NOT_FOUND', `snapshot ${manifest.id} holds no ${wanted.kind} '${wanted.uid}'`);
    }
  }
  const chosen = only === undefined ? undefined : new Set(only.map(keyOf));
  const within = folders === undefined ? undefined : await belowFolders(source, folders);
  const added = new Set((also ?? []).map(keyOf));
  const isNamed = (entry: ManifestEntry, keys: ReadonlySet<string>): boolean =>
    keys.has(keyOf(entry)) || keys.has(keyOf({ ...entry, org: undefined }));
  const isOfKind = ({ kind }: ManifestEntry): boolean => kinds === undefined || kinds.includes(kind);
  const named = manifest.resources.filter(
    (entry) =>
      (orgs === undefined || orgs.includes(entry.org)) &&
      (isNamed(entry, added) ||
        (isOfKind(entry) &&
          (chosen === undefined || isNamed(entry, chosen)) &&
          (within === undefined || within.has(entry)))),
  );
  const owners = exactly === true ? [] : named.filter((entry) => chosen !== undefined || isNamed(entry, added));
  const along = new Set(owners.length === 0 ? [] : (await belongingsOf(source, owners)).filter(isOfKind));
  named.forEach((entry) => along.delete(entry));
  const all = new Set([...named, ...along]);
  // In the order of the snapshot.
  return { entries: manifest.resources.filter((entry) => all.has(entry)), along };
}

/** Without an org, of any. */
function keyOf({ org, kind, uid }: NonNullable<Selection['only']>[number]): string {
  return `${org ?? ''}/${kind}/${uid}`;
}

function matches(entry: ManifestEntry, wanted: NonNullable<Selection['only']>[number]): boolean {
  return (
    entry.kind === wanted.kind && entry.uid === wanted.uid && (wanted.org === undefined || wanted.org === entry.org)
  );
}

/** The folders themselves, all below them, what belongs to both, and library panels that are used from there. */
async function belowFolders(
  source: Source,
  folders: NonNullable<Selection['folders']>,
): Promise<ReadonlySet<ManifestEntry>> {
  const { resources } = source.manifest;
  const within = new Set<ManifestEntry>();
  for (const wanted of folders) {
    const roots = resources.filter((entry) => matches(entry, { ...wanted, kind: 'folder' }));
    if (roots.length === 0) {
      throw new DashkeepError('DK_NOT_FOUND', `snapshot ${source.manifest.id} holds no folder '${wanted.uid}'`);
    }
    for (const { org, uid } of roots) {
      const uids = folderTree(source.manifest, org, uid);
      const inside = resources.filter((entry) => entry.org === org && isInside(entry, uids));
      inside.forEach((entry) => within.add(entry));
      (await belongingsOf(source, inside)).forEach((entry) => within.add(entry));
      (await usedPanels(source, org, inside)).forEach((entry) => within.add(entry));
    }
  }
  return within;
}

/** A folder of the snapshot and every folder below it. */
export function folderTree(manifest: Manifest, org: number, root: string): ReadonlySet<string> {
  const tree = new Set([root]);
  const folders = manifest.resources.filter((entry) => entry.org === org && entry.kind === 'folder');
  for (let grown = true; grown;) {
    grown = false;
    for (const { uid, folderUid } of folders) {
      if (folderUid !== undefined && tree.has(folderUid) && !tree.has(uid)) {
        tree.add(uid);
        grown = true;
      }
    }
  }
  return tree;
}

function isInside(entry: ManifestEntry, folders: ReadonlySet<string>): boolean {
  return entry.kind === 'folder'
    ? folders.has(entry.uid)
    : entry.folderUid !== undefined && folders.has(entry.folderUid);
}

/** Library panels may lie in any folder, so the dashboards are asked. */
async function usedPanels(source: Source, org: number, entries: readonly ManifestEntry[]): Promise<ManifestEntry[]> {
  const used = new Set<string>();
  const dashboards = entries.filter((entry) => entry.kind === 'dashboard');
  await mapPool(dashboards, READS_AT_ONCE, async (entry) => {
    const content = await storedContent(source.repository, entry, source.signal);
    const references = kindOf('dashboard').references(content);
    references.filter(({ kind }) => kind === 'library-panel').forEach(({ uid }) => used.add(uid));
  });
  return source.manifest.resources.filter(
    (entry) => entry.org === org && entry.kind === 'library-panel' && used.has(entry.uid),
  );
}
