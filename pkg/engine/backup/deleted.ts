import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because, refusal } from '../../contract/reasons/reason.ts';
import { isForbidden } from '../../grafana/http/errors.ts';
import { kindContext } from '../../grafana/instance.ts';
import type { Kind, KindContext } from '../../grafana/kinds/kind.ts';
import { EVERYTHING } from '../../grafana/kinds/dashboards/dashboard/live.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { keyOf } from '../restore/target.ts';
import type { Collection, Gone } from './collection.ts';
import type { BackupOptions } from './options.ts';
import type { Previous } from './previous.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/**
 * Decides on what was listed and did not exist when it was to be read. What still exists is a problem: any proxy can
 * answer 404. Anything else was deleted. If only the permissions are missing, a resource restored without them would
 * get those of its folder, which can permit more people. One that is as in the last snapshot keeps the permissions of
 * that. Any other is left out as well: somebody may have closed it first.
 */
export async function settleDeleted(options: BackupOptions, previous: Previous, collection: Collection): Promise<void> {
  const { manifest, restored } = previous;
  if (collection.gone.length === 0) {
    return;
  }
  const owners = new Map(collection.entries.map((entry) => [keyOf(entry), entry]));
  const isSameGrafana = manifest?.grafana.url === options.instance.url;
  const last = new Map(isSameGrafana ? manifest.resources.map((entry) => [keyOf(entry), entry]) : []);
  const without = new Set<ManifestEntry>();
  const isListed = listedNow(options);
  await forEachConcurrently(8, collection.gone, async (gone) => {
    const { org, kind, uid, isOwnerSame } = gone;
    const ownerKind = kindOf(kind).owner;
    const owner = ownerKind === undefined ? undefined : owners.get(keyOf({ org, kind: ownerKind, uid }));
    const one = { org, kind, uid, title: gone.title };
    try {
      if (ownerKind !== undefined && (await isLive(options, org, ownerKind, gone))) {
        throw refusal('DK_GRAFANA_FAILED', reason('permissions-missing'));
      }
      if (ownerKind === undefined && (await isListed(gone))) {
        throw refusal('DK_GRAFANA_FAILED', reason('listed-not-found'));
      }
    } catch (error) {
      options.signal.throwIfAborted();
      collection.fail(one, error);
      return;
    }
    const before = last.get(keyOf(gone));
    const isKnown = before !== undefined && isOwnerSame === true && !restored.has(keyOf(gone));
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

/** Whether Grafana lists a resource now; each kind of an organization is listed once. */
function listedNow(options: BackupOptions): (gone: Gone) => Promise<boolean> {
  const lists = new Map<string, Promise<Set<string>>>();
  const list = async ({ org, kind: name }: Gone): Promise<Set<string>> => {
    const [kind, uids] = [kindOf(name), new Set<string>()];
    for await (const { uid } of kind.list(contextOf(options, org, kind), EVERYTHING)) {
      uids.add(uid);
    }
    return uids;
  };
  return async (gone) => {
    const place = `${gone.org} ${gone.kind}`;
    const found = lists.get(place) ?? list(gone);
    lists.set(place, found);
    const { deletedWith } = kindOf(gone.kind);
    return (await found).has(gone.uid) && (deletedWith === undefined || isLive(options, gone.org, deletedWith, gone));
  };
}

/** With nothing remembered of what this run read. */
function contextOf(options: BackupOptions, id: number, { declaration }: Kind): KindContext {
  const { instance, repository, clock, log, signal } = options;
  const org = instance.orgs.find((candidate) => candidate.id === id);
  if (org === undefined) {
    throw new Error(`organization ${id} is not backed up`);
  }
  return kindContext(instance, org, { clock, log, signal, decryptSecrets: repository.encrypted }, declaration.scope);
}

async function isLive(options: BackupOptions, org: number, owner: KindName, { uid, title }: Gone): Promise<boolean> {
  const kind = kindOf(owner);
  const live = kind.read(contextOf(options, org, kind), { uid, title });
  // Without a right to all dashboards, Grafana also refuses those that are gone.
  return (await live.catch(valueIf(isForbidden, undefined))) !== undefined;
}
