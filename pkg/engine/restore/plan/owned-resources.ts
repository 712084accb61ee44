import type { ManifestEntry } from '../../../contract/manifest.ts';
import { goesWith, kindOf, KINDS_IN_FOLDERS } from '../../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { sourceOf, storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import type { PlanRequest } from '../types.ts';

const READS_AT_ONCE = 16;
type Source = Pick<PlanRequest, 'manifest' | 'repository' | 'source' | 'options' | 'signal'>;

/**
 * What the snapshot holds of these folders and dashboards that Grafana deletes with them: permissions, public
 * dashboards, annotations. Of what is restored as a copy only the permissions: links and annotations stay with the
 * original.
 */
export async function ownedResources(source: Source, owners: Iterable<ManifestEntry>): Promise<ManifestEntry[]> {
  const { manifest, options } = source;
  const wanted = new Set([...owners].map(keyOf));
  const isCopied = (entry: ManifestEntry): boolean =>
    options.copy === undefined || kindOf(entry.kind).owner !== undefined;
  const owned = manifest.resources.filter((entry) => {
    const kind = goesWith(kindOf(entry.kind));
    return kind !== undefined && KINDS_IN_FOLDERS.has(kind) && wanted.has(keyOf({ ...entry, kind })) && isCopied(entry);
  });
  const isDashboard = (key: string): boolean => key.includes('/dashboard/');
  return options.copy !== undefined || ![...wanted].some(isDashboard)
    ? owned
    : [...owned, ...(await annotationsOf(source, wanted))];
}

/** Snapshots of older releases do not say whose an annotation is, so those are read. */
async function annotationsOf(source: Source, wanted: ReadonlySet<string>): Promise<ManifestEntry[]> {
  const found: ManifestEntry[] = [];
  const annotations = source.manifest.resources.filter(({ kind }) => kind === 'annotation');
  await forEachConcurrently(READS_AT_ONCE, annotations, async (entry) => {
    const uid = entry.facts?.['of'] ?? (await dashboardOf(source, entry));
    if (uid !== '' && wanted.has(keyOf({ org: entry.org, kind: 'dashboard', uid: String(uid) }))) {
      found.push(entry);
    }
  });
  return found;
}

async function dashboardOf(source: Source, entry: ManifestEntry): Promise<string> {
  const content = await storedContent(sourceOf(source), entry, source.signal);
  return kindOf('annotation').references(content)[0]?.uid ?? '';
}
