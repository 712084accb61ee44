import type { Manifest } from '../contract/manifest.ts';
import type { Abortable } from '../lib/abortable.ts';
import { isUnreadable } from './index/snapshots.ts';
import { openManifest, type ManifestPorts } from './snapshots/manifests.ts';

/** What a snapshot says of who deleted something, and of the organizations in which that was. */
export interface SnapshotDeletions extends Pick<Manifest, 'orgs'> {
  deletions: NonNullable<Manifest['deletions']>;
}

const NONE: SnapshotDeletions = { orgs: [], deletions: [] };

/** Reads that of one snapshot by its ID; nothing where it is not there, is not readable here, or does not count. */
export async function readDeletionsOf(ports: ManifestPorts, id: string, calls: Abortable): Promise<SnapshotDeletions> {
  const { encrypted } = ports.keyring;
  for (const form of [encrypted, !encrypted]) {
    try {
      const { head, author } = await openManifest(ports, { id, encrypted: form }, calls);
      if (ports.trust.counts(author)) {
        return { orgs: head.orgs, deletions: head.deletions ?? [] };
      }
    } catch (error) {
      if (!isUnreadable(error)) {
        throw error;
      }
    }
  }
  return NONE;
}
