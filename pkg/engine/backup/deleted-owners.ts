import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because, refusal } from '../../contract/reasons/reason.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import { kindContext } from '../../grafana/instance.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { keyOf } from '../restore/target.ts';
import type { Collection, Gone } from './collection.ts';
import type { BackupOptions } from './options.ts';
import type { Previous } from './previous.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/**
 * Decides on resources that were deleted after this run read them and before it read their permissions. Restored
 * without them, a resource would get those of its folder, which can permit more people. One that is as in the last
 * snapshot keeps the permissions of that. Any other is left out as well: somebody may have closed it first. One that
 * still exists is a problem.
 */
export async function settleDeletedOwners(
  options: BackupOptions,
  { manifest, restored }: Previous,
  collection: Collection,
): Promise<void> {
  if (collection.gone.length === 0) {
    return;
  }
  const owners = new Map(collection.entries.map((entry) => [keyOf(entry), entry]));
  const isSameGrafana = manifest?.grafana.url === options.instance.url;
  const last = new Map(isSameGrafana ? manifest.resources.map((entry) => [keyOf(entry), entry]) : []);
  const without = new Set<ManifestEntry>();
  await forEachConcurrently(8, collection.gone, async (gone) => {
    const { org, kind, uid, owner: ownerKind, isOwnerSame } = gone;
    const owner = owners.get(keyOf({ org, kind: ownerKind, uid }));
    const one = { org, kind, uid, title: gone.title };
    try {
      if (await isLive(options, org, ownerKind, gone)) {
        throw refusal('DK_GRAFANA_FAILED', reason('permissions-missing'));
      }
    } catch (error) {
      options.signal.throwIfAborted();
      collection.fail(one, error);
      return;
    }
    const before = last.get(keyOf(gone));
    const isKnown = before !== undefined && isOwnerSame && !restored.has(keyOf(gone));
    if (manifest !== undefined && owner !== undefined && isKnown) {
      const { folderUid: _, ...rest } = before;
      const folderUid = ownerKind === 'folder' ? uid : owner.folderUid;
      const readAt = before.readAt ?? manifest.started;
      collection.keepUnread({ ...rest, title: owner.title, ...compact({ folderUid }), readAt });
      return;
    }
    collection.skip({ ...one, ...because(reason('deleted-meanwhile')) });
    if (owner !== undefined) {
      without.add(owner);
    }
  });
  collection.leaveOut(without, reason('deleted-meanwhile'));
}

async function isLive(
  { instance, repository, clock, log, signal }: BackupOptions,
  id: number,
  owner: KindName,
  { uid, title }: Gone,
): Promise<boolean> {
  const org = instance.orgs.find((candidate) => candidate.id === id);
  const run = { clock, log, signal, decryptSecrets: repository.encrypted };
  if (org === undefined) {
    return false;
  }
  const live = kindOf(owner).read(kindContext(instance, org, run), { uid, title });
  // Without a right to all dashboards, Grafana also refuses those that are gone.
  return (await live.catch(valueIf(isForbidden, undefined))) !== undefined;
}
