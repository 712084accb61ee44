import type { ResourceRef } from '../../../contract/kinds.ts';
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
  const owned = await deletedWithOwners(
    source,
    [...owners].filter(({ kind }) => KINDS_IN_FOLDERS.has(kind)),
  );
  return source.options.copy === undefined ? owned : owned.filter(({ kind }) => kindOf(kind).owner !== undefined);
}

/** What the snapshot holds that Grafana deletes with these resources. */
export async function deletedWithOwners(source: Source, owners: readonly ResourceRef[]): Promise<ManifestEntry[]> {
  const wanted = new Set(owners.map(keyOf));
  const kinds = new Set(owners.map(({ kind }) => kind));
  const candidates = source.manifest.resources.filter((entry) => {
    const owner = ownerKindOf(entry);
    return owner !== undefined && kinds.has(owner);
  });
  const found = new Set<ManifestEntry>();
  await forEachConcurrently(READS_AT_ONCE, candidates, async (entry) => {
    const owner = await deletedWithOwner(source, entry);
    if (owner !== undefined && wanted.has(keyOf(owner))) {
      found.add(entry);
    }
  });
  return candidates.filter((entry) => found.has(entry));
}

/** The resource with which Grafana deletes that of an entry; undefined = with none. */
export async function deletedWithOwner(
  source: Pick<Source, 'repository' | 'source' | 'signal'>,
  entry: ManifestEntry,
): Promise<ResourceRef | undefined> {
  const { org } = entry;
  const kind = kindOf(entry.kind);
  const owner = ownerKindOf(entry);
  if (owner === undefined || goesWith(kind) !== undefined) {
    return owner && { org, kind: owner, uid: entry.uid };
  }
  const named = entry.facts?.[kind.deletedAlong?.fact ?? ''];
  // Snapshots of older releases do not name the dashboards of annotations.
  const uid = named ?? (await referenceTo(owner, source, entry));
  return uid === '' ? undefined : { org, kind: owner, uid: String(uid) };
}

function ownerKindOf({ kind }: ManifestEntry): ResourceRef['kind'] | undefined {
  return goesWith(kindOf(kind)) ?? kindOf(kind).deletedAlong?.owner;
}

async function referenceTo(
  owner: ResourceRef['kind'],
  source: Pick<Source, 'repository' | 'source' | 'signal'>,
  entry: ManifestEntry,
): Promise<string> {
  const content = await storedContent(sourceOf(source), entry, source.signal);
  return (
    kindOf(entry.kind)
      .references(content)
      .find(({ kind }) => kind === owner)?.uid ?? ''
  );
}
