import { isWholeResource } from '../../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../../contract/manifest.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { notInSnapshotError } from '../../versions/errors.ts';
import { ownedResources } from './owned-resources.ts';
import { sourceOf, storedContent } from '../content.ts';
import { groupsOfRules } from './rules.ts';
import type { Parts, PlanRequest, Selection } from '../types.ts';

const READS_AT_ONCE = 16;

type Source = Pick<PlanRequest, 'manifest' | 'repository' | 'source' | 'selection' | 'options' | 'signal'>;

/** What a selection means. */
export interface Selected {
  entries: ManifestEntry[];
  /** Those of them that nobody named: they belong to a folder or dashboard that somebody did. */
  along: ReadonlySet<ManifestEntry>;
  /** Those of which only parts are meant. */
  parts: Parts;
}

/**
 * The entries of a snapshot that a selection means.
 * @throws DK_NOT_FOUND when a resource or folder that is asked for by name is not in the snapshot.
 */
export async function select(source: Source): Promise<Selected> {
  const { manifest } = source;
  const { orgs, kinds, only, folders, also, exactly } = source.selection;
  const held = new Set(manifest.resources.flatMap((entry) => [keyOf(entry), keyOf({ ...entry, org: undefined })]));
  const whole = only?.filter(isWholeResource);
  for (const wanted of [...(whole ?? []), ...(also ?? [])]) {
    if (!held.has(keyOf(wanted))) {
      throw notInSnapshotError(manifest, wanted);
    }
  }
  const isOfOrgs = ({ org }: ManifestEntry): boolean => orgs === undefined || orgs.includes(org);
  const rules = only?.filter((wanted) => !isWholeResource(wanted)) ?? [];
  const parts = await groupsOfRules(source, rules, isOfOrgs);
  const named = whole === undefined ? undefined : entriesNamed(manifest, whole, isOfOrgs);
  named?.forEach((entry) => parts.delete(entry));
  const chosen = named === undefined ? undefined : new Set([...named, ...parts.keys()]);
  const within = folders === undefined ? undefined : await belowFolders(source, folders, isOfOrgs);
  const added = entriesNamed(manifest, also ?? [], isOfOrgs);
  const isOfKind = ({ kind }: ManifestEntry): boolean => kinds === undefined || kinds.includes(kind);
  const isChosen = (entry: ManifestEntry): boolean =>
    chosen === undefined && within === undefined
      ? isOfOrgs(entry)
      : (chosen?.has(entry) ?? true) && (within?.has(entry) ?? true);
  const meant = manifest.resources.filter((entry) => added.has(entry) || (isOfKind(entry) && isChosen(entry)));
  const owners = exactly === true ? [] : meant.filter((entry) => chosen !== undefined || added.has(entry));
  const along = new Set(owners.length === 0 ? [] : (await ownedResources(source, owners)).filter(isOfKind));
  meant.forEach((entry) => along.delete(entry));
  const all = new Set([...meant, ...along]);
  // In the order of the snapshot.
  return { entries: manifest.resources.filter((entry) => all.has(entry)), along, parts };
}

/**
 * The entries that somebody names: those of the selected organizations, or of any where none of these holds one. What
 * is named must be seen in the plan, also when it can't be restored.
 */
function entriesNamed(
  { resources }: Manifest,
  wanted: NonNullable<Selection['only']>,
  isOfOrgs: (entry: ManifestEntry) => boolean,
): ReadonlySet<ManifestEntry> {
  const keys = new Set(wanted.map(keyOf));
  const found = resources.filter((entry) => keys.has(keyOf(entry)) || keys.has(keyOf({ ...entry, org: undefined })));
  const own = found.filter(isOfOrgs);
  const ofOwn = new Set(own.map(({ kind, uid }) => `${kind}/${uid}`));
  return new Set([...own, ...found.filter(({ kind, uid }) => !ofOwn.has(`${kind}/${uid}`))]);
}

/** Without an org, of any. */
function keyOf({ org, kind, uid }: NonNullable<Selection['only']>[number]): string {
  return `${org ?? ''}/${kind}/${uid}`;
}

/** The folders themselves, all below them, what belongs to both, and library panels that are used from there. */
async function belowFolders(
  source: Source,
  folders: NonNullable<Selection['folders']>,
  isOfOrgs: (entry: ManifestEntry) => boolean,
): Promise<ReadonlySet<ManifestEntry>> {
  const { resources } = source.manifest;
  const within = new Set<ManifestEntry>();
  for (const wanted of folders) {
    const roots = [...entriesNamed(source.manifest, [{ ...wanted, kind: 'folder' }], isOfOrgs)];
    if (roots.length === 0) {
      throw notInSnapshotError(source.manifest, { kind: 'folder', uid: wanted.uid });
    }
    for (const { org, uid } of roots) {
      const uids = folderTree(source.manifest, org, uid);
      const inside = resources.filter((entry) => entry.org === org && isInside(entry, uids));
      inside.forEach((entry) => within.add(entry));
      (await ownedResources(source, inside)).forEach((entry) => within.add(entry));
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
  await forEachConcurrently(READS_AT_ONCE, dashboards, async (entry) => {
    const content = await storedContent(sourceOf(source), entry, source.signal);
    const references = kindOf('dashboard').references(content);
    references.filter(({ kind }) => kind === 'library-panel').forEach(({ uid }) => used.add(uid));
  });
  return source.manifest.resources.filter(
    (entry) => entry.org === org && entry.kind === 'library-panel' && used.has(entry.uid),
  );
}
