import { DashkeepError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { snapshotKey } from '../layout.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { ManifestPorts, UnsealedManifest } from './manifests.ts';
import { writeManifest } from './write-manifest.ts';

/** What publishing needs of a repository. */
interface Publisher extends ManifestPorts {
  sessions: Sessions;
  missingObjects(ids: Iterable<string>, calls: Abortable): Promise<Set<string>>;
}

/**
 * Writes and signs the manifest of a snapshot whose objects are stored: from then on there is a snapshot.
 * @throws DK_OBJECT_MISSING where others took this run for dead and pruned what it needs; DK_STORE_…
 */
export async function publishManifest(
  repository: Publisher,
  manifest: UnsealedManifest,
  calls: Abortable,
): Promise<{ manifest: Manifest; signer: string | undefined }> {
  const { sessions, store, trust, keyring } = repository;
  if (sessions.doubtful()) {
    await sessions.revive(calls.signal);
    await assertObjects(repository, manifest, calls);
  }
  const written = await writeManifest(repository, manifest, calls);
  if (sessions.doubtful()) {
    try {
      await sessions.revive();
      await assertObjects(repository, manifest, {});
    } catch (error) {
      await store.deleteMany([snapshotKey(manifest.id, keyring.encrypted)]);
      throw error;
    }
  }
  if (written.signer !== undefined) {
    await trust.keys.noteNewest(manifest.id);
  }
  return written;
}

/** For a run that others took for dead: a prune may have removed what it relies on. */
async function assertObjects(repository: Publisher, manifest: UnsealedManifest, calls: Abortable): Promise<void> {
  const missing = await repository.missingObjects(new Set(manifest.resources.map(({ object }) => object)), calls);
  if (missing.size > 0) {
    throw new DashkeepError(
      'DK_OBJECT_MISSING',
      `this run was paused for several minutes, and ${missing.size} objects were pruned in the meantime; nothing was published`,
      { advice: reason('run-backup-again') },
    );
  }
}
