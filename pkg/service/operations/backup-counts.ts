import { SERVER_KINDS } from '../../contract/kinds.ts';
import { problemCount, type Manifest } from '../../contract/manifest.ts';
import type { RunRecord } from '../../contract/runs.ts';

/** How much content is new against the snapshot before, in bytes. */
export function newBytes(before: Manifest | undefined, manifest: Manifest): number {
  const known = objectsOf(before?.resources);
  return manifest.resources.reduce((sum, entry) => sum + (known.has(entry.object) ? 0 : entry.bytes), 0);
}

/**
 * What a backup of several organizations did in each; nothing where there is one. What the organization had before
 * counts as reused; that another one has the same content must not show.
 */
export function countsByOrg(before: Manifest | undefined, manifest: Manifest): Pick<RunRecord, 'orgs'> {
  if (manifest.orgs.length < 2) {
    return {};
  }
  const orgs = manifest.orgs.map(({ id }) => {
    const { id: _id, ...changes } = manifest.changes?.orgs?.find((one) => one.id === id) ?? { id };
    const ofOrg = ({ org, kind }: { org: number; kind: Manifest['resources'][number]['kind'] }): boolean =>
      org === id && !SERVER_KINDS.has(kind);
    const known = objectsOf(before?.resources.filter(ofOrg));
    const counts = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0, ...changes, bytes: 0 };
    for (const { object, bytes } of manifest.resources.filter(ofOrg)) {
      const isKnown = known.has(object);
      counts[isKnown ? 'reused' : 'stored']++;
      counts.bytes += isKnown ? 0 : bytes;
    }
    counts.skipped = problemCount(manifest.skipped.filter(ofOrg));
    const errors = manifest.errors.filter(ofOrg);
    counts.failed = problemCount(errors);
    counts.listed = counts.stored + counts.reused + counts.skipped + counts.failed;
    return { id, counts, problems: problemCount(errors) };
  });
  return { orgs };
}

function objectsOf(resources: Manifest['resources'] | undefined): ReadonlySet<string> {
  return new Set(resources?.map(({ object }) => object));
}
