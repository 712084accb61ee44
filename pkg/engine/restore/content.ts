import { compact } from '../../contract/compact.ts';
import { canonicalJson } from '../../lib/json/json.ts';
import { RecentValues } from '../../lib/recent-values.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Kind } from '../../grafana/kinds/kind.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import { canonicalOf, contentOfText } from '../../grafana/kinds/text-content.ts';
import type { Repository } from '../../repository/repository.ts';
import type { PlanRequest } from './types.ts';

/** Objects up to this size are kept: thousands of resources may share one (permissions). */
const SMALL = 1024;
const KEPT = 1000;
const small = new WeakMap<Repository, RecentValues<string>>();

/** The repository that holds the snapshot. */
export function sourceOf({ source, repository }: Pick<PlanRequest, 'source' | 'repository'>): Repository {
  return source ?? repository;
}

/** The content of an entry as it was read from Grafana, checked against its hash. */
export async function storedContent(
  repository: Repository,
  entry: ManifestEntry,
  signal: AbortSignal,
): Promise<Content> {
  const { body: _, ...outline } = outlineOf(entry);
  return contentOfText(outline, await textOf(repository, entry, signal));
}

async function textOf(repository: Repository, { object, bytes }: ManifestEntry, signal: AbortSignal): Promise<string> {
  if (bytes > SMALL) {
    return repository.getObject(object, { signal });
  }
  const kept = small.get(repository) ?? new RecentValues<string>(KEPT);
  small.set(repository, kept);
  const text = kept.get(object) ?? (await repository.getObject(object, { signal }));
  return kept.set(object, text);
}

/** What the manifest alone says about the content of an entry: everything but the body, which is empty. */
export function outlineOf(entry: ManifestEntry): Content {
  const { title, folderUid, apiVersion, provenance, managedBy, facts } = entry;
  return compact({ body: {}, title, folderUid, apiVersion, provenance, managedBy, facts });
}

/** Whether what is live is what a restore of the stored content would leave there. */
export function isRestored(kind: Kind, stored: Content, live: Content): boolean {
  const expected = kind.merge?.(stored, live) ?? stored;
  if (placeOf(kind, expected) !== placeOf(kind, live)) {
    return false;
  }
  const { comparable } = kind;
  return comparable === undefined
    ? canonicalOf(expected).equals(canonicalOf(live))
    : canonicalJson(comparable(expected.body, live.body)) === canonicalJson(comparable(live.body, expected.body));
}

/** Whether what is live is what an interrupted creation left of the content. */
export function isCreatedInPart({ createdInParts, isPartOf }: Kind, live: Content, content: Content): boolean {
  return createdInParts === true && isPartOf?.(live, content) === true;
}

/** Whether what is live is what an interrupted update left of what was there before and what was to be written. */
export function isUpdatedInPart(kind: Kind, live: Content | undefined, before: Content, content: Content): boolean {
  return kind.isBetween?.(live, before, kind.merge?.(content, before) ?? content) === true;
}

/** The folder that is part of what is restored; '' at the root and where it is not the resource's own. */
export function placeOf(kind: Kind, { folderUid }: Pick<Content, 'folderUid'>): string {
  return kind.owner !== undefined ? '' : (folderUid ?? '');
}
