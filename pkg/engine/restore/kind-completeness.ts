import type { KindName } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';

/**
 * Whether a snapshot holds all there was of a kind. A kind that could not be read to its end says nothing about what is
 * not in the snapshot, and a safety snapshot of a few resources says nothing about the others.
 */
export function isKindComplete(manifest: Manifest, kind: KindName): boolean {
  if (manifest.basedOn !== undefined) {
    return false;
  }
  const report = manifest.kinds[kind];
  const failed = manifest.errors.some((problem) => problem.kind === kind);
  return report !== undefined && report.reason === undefined && report.failed === 0 && !failed;
}
