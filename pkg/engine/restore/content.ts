import { createHash } from 'node:crypto';
import { canonicalJson, parseJson } from '../../contract/json.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Content, Kind } from '../../grafana/kinds/kind.ts';
import type { Repository } from '../../repository/repository.types.ts';

/** The content of an entry as it was read from Grafana, checked against its hash. */
export async function storedContent(
  repository: Repository,
  entry: ManifestEntry,
  signal: AbortSignal,
): Promise<Content> {
  const { title, folderUid, apiVersion, provenance, managedBy, facts } = entry;
  return {
    body: parseJson(await repository.getObject(entry.object, { signal })),
    title,
    ...(folderUid === undefined ? {} : { folderUid }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(provenance === undefined ? {} : { provenance }),
    ...(managedBy === undefined ? {} : { managedBy }),
    ...(facts === undefined ? {} : { facts }),
  };
}

/** Whether what is live is what a restore of the stored content would leave there. */
export function isRestored(kind: Kind, stored: Content, live: Content): boolean {
  const expected = kind.merge?.(stored, live) ?? stored;
  const comparable = kind.comparable ?? ((body) => body);
  return (
    placeOf(kind, expected) === placeOf(kind, live) &&
    canonicalJson(comparable(expected.body, live.body)) === canonicalJson(comparable(live.body, expected.body))
  );
}

/** The folder that is part of what is restored; '' at the root and where it is not the resource's own. */
export function placeOf(kind: Kind, { folderUid }: Pick<Content, 'folderUid'>): string {
  return kind.owner !== undefined ? '' : (folderUid ?? '');
}

/** Changes whenever the live content or its place does; tells whether a plan is still about what is there. */
export function fingerprint(kind: Kind, content: Content): string {
  return createHash('sha256')
    .update(`${placeOf(kind, content)}\n${canonicalJson(content.body)}`)
    .digest('hex')
    .slice(0, 32);
}
