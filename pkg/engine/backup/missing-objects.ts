import type { ManifestEntry } from '../../contract/manifest.ts';
import { kindContext } from '../../grafana/instance.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { forgetDamage } from '../damaged.ts';
import type { Collection } from './collection.ts';
import type { BackupOptions } from './options.ts';
import type { Previous } from './previous.ts';

/**
 * Puts back the objects of this snapshot that are missing from the target, or damaged there, from Grafana; those that
 * it cannot are problems of the snapshot. An old one that it reuses is not protected by its age: a prune elsewhere may
 * have removed it since it was seen. A target that was mounted or emptied meanwhile lacks new ones, too.
 */
export async function putBackMissing(
  options: BackupOptions,
  { damage }: Pick<Previous, 'damage'>,
  collection: Collection,
): Promise<void> {
  const { repository, signal } = options;
  const objects = collection.entries.map((entry) => entry.object);
  const missing = await repository.missingObjects(objects, { suspects: damage?.objects, signal });
  if (missing.size === 0) {
    return;
  }
  const affected = collection.entries.filter((entry) => missing.has(entry.object));
  options.log.warn(
    { objects: missing.size, resources: affected.length },
    'objects are missing from the target, or damaged there, and will be written again',
  );
  const failed = new Set<ManifestEntry>();
  const stored = new Set<string>();
  await forEachConcurrently(8, affected, async (entry) => {
    try {
      const { object } = entry;
      await putBack(options, entry);
      if (entry.object === object) {
        stored.add(object);
      }
    } catch (error) {
      signal.throwIfAborted();
      failed.add(entry);
      const { org, kind, uid, title } = entry;
      collection.fail({ org, kind, uid, title }, error);
    }
  });
  collection.remove(failed);
  if (damage !== undefined && stored.size > 0) {
    await forgetDamage(repository, damage, stored);
  }
}

async function putBack(options: BackupOptions, entry: ManifestEntry): Promise<void> {
  const { repository, instance, clock, log, signal } = options;
  const org = instance.orgs.find((candidate) => candidate.id === entry.org);
  const kind = kindOf(entry.kind);
  const run = { clock, log, signal, decryptSecrets: repository.encrypted };
  const content = org && (await kind.read(kindContext(instance, org, run, kind.declaration.scope), entry));
  if (content === undefined) {
    throw new Error('its stored object is missing or damaged, and the resource is missing');
  }
  const canonical = canonicalOf(content);
  entry.object = repository.objectId(canonical);
  entry.bytes = canonical.length;
  delete entry.revision;
  delete entry.readAt;
  await repository.putObject(entry.object, canonical, { signal });
}
