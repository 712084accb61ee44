import { compact } from '../../../contract/compact.ts';
import { append } from '../../../lib/append.ts';
import { KIND_NAMES, type KindName, type ResourceRef } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { Touched } from '../../../contract/runs.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because, type Reason } from '../../../contract/reasons/reason.ts';
import type { Org } from '../../../grafana/instance.ts';
import { liveDashboards } from '../../../grafana/kinds/dashboards/dashboard/live.ts';
import type { Kind, Listed, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { goingWith, kindOf, KINDS_IN_FOLDERS } from '../../../grafana/kinds/registry.ts';
import { writeContext } from '../context.ts';
import { keyOf } from '../target.ts';
import { contentFingerprint, isInState } from '../apply/change-log.ts';
import { deepestFirst, listOf, movedAway } from '../plan/removals.ts';
import type { PlannedItem, PlanRequest } from '../types.ts';
import type { HalfDeleted } from './half-deleted.ts';
import { visitTouched } from './visit-touched.ts';

/** Entries of the snapshot that the restore brought back, by key. */
type Stored = ReadonlyMap<string, ManifestEntry> | undefined;

/**
 * What a restore created and is to go again: only what is still as the restore left it, what uses something before what
 * is used, folders last and only when nothing stays in them.
 * @param back - what the undo puts back, maybe out of such a folder
 */
export async function planCreatedRemovals(
  request: PlanRequest,
  created: readonly Touched[],
  stored: Stored,
  halfDeleted: HalfDeleted,
  back: readonly PlannedItem[],
): Promise<PlannedItem[]> {
  const items: PlannedItem[] = [];
  for (const id of new Set(created.map(({ org }) => org))) {
    const ofOrg = created.filter(({ org }) => org === id);
    const org = request.instance.orgs.find((one) => one.id === id);
    if (org === undefined) {
      append(
        items,
        ofOrg.map((one) => itemOf(one, 'blocked', reason('org-out-of-scope', { org: String(id) }))),
      );
    } else {
      append(items, await planOrg(request, org, ofOrg, stored, halfDeleted, back));
    }
  }
  return items;
}

async function planOrg(
  request: PlanRequest,
  org: Org,
  created: readonly Touched[],
  stored: Stored,
  halfDeleted: HalfDeleted,
  back: readonly PlannedItem[],
): Promise<PlannedItem[]> {
  const context = writeContext(request, org);
  const items: PlannedItem[] = [];
  for (const name of [...KIND_NAMES].reverse()) {
    const ofKind = created.filter(({ kind }) => kind === name);
    if (ofKind.length > 0 && name !== 'folder') {
      append(items, await planKind(request, kindOf(name), context, ofKind, stored, halfDeleted));
    }
  }
  const folders = created.filter(({ kind }) => kind === 'folder');
  if (folders.length > 0) {
    const planned = await planKind(request, kindOf('folder'), context, folders, stored, halfDeleted);
    append(items, await emptiedFolders(context, planned, items, movedAway(request, org, back)));
  }
  return withDeletedAlong(context, withoutFollowers(items));
}

/** What someone changed since and Grafana deletes with another resource, such as a correlation, is not kept. */
async function withDeletedAlong(context: WriteContext, items: readonly PlannedItem[]): Promise<PlannedItem[]> {
  const kept = items.filter(({ kind, action, live }) => {
    const { deletedAlong } = kindOf(kind);
    return deletedAlong !== undefined && action !== 'delete' && live !== undefined;
  });
  const owners = new Set(kept.map(({ kind }) => kindOf(kind).deletedAlong?.owner));
  const going = new Set<string>();
  for (const owner of items.filter(({ kind, action }) => action === 'delete' && owners.has(kind))) {
    for await (const { kind, uid } of goingWith(context, owner)) {
      going.add(keyOf({ org: context.org.id, kind, uid }));
    }
  }
  return items.map((item) =>
    kept.includes(item) && going.has(keyOf(item))
      ? { ...item, action: 'delete', ...because(reason('goes-with-owner')) }
      : item,
  );
}

/** Without what goes with the resource that is deleted: nothing of it is left to skip. */
function withoutFollowers(items: readonly PlannedItem[]): PlannedItem[] {
  const deleted = new Set(items.filter(({ action }) => action === 'delete').map(keyOf));
  return items.filter((item) => {
    const { owner } = kindOf(item.kind);
    return item.action !== 'skip' || owner === undefined || !deleted.has(keyOf({ ...item, kind: owner }));
  });
}

async function planKind(
  request: PlanRequest,
  kind: Kind,
  context: WriteContext,
  created: readonly Touched[],
  stored: Stored,
  halfDeleted: HalfDeleted,
): Promise<PlannedItem[]> {
  // What is listed only when changed was created with its owner, and goes with it.
  const goes = ({ did }: Touched): boolean =>
    kind.remove !== undefined && (kind.omitsDefaults !== true || did !== 'created');
  const items = created.filter((one) => !goes(one)).map((one) => itemOf(one, 'skip', whyItStays(kind)));
  await visitTouched(request, kind, context, created.filter(goes), stored, {
    async each(one, live) {
      // The restore stopped before it created that.
      if (live === undefined && one.open === true) {
        return;
      }
      const item = await planOne(request, kind, one, live, halfDeleted);
      items.push({ ...item, ...compact({ entry: stored?.get(keyOf(one)) }) });
    },
    unreadable(one, { message }) {
      items.push(itemOf(one, 'blocked', reason('live-unreadable', { message })));
    },
  });
  return items.sort((a, b) => (a.uid < b.uid ? -1 : 1));
}

/** Why an undo keeps what a restore created. */
export function whyItStays({ name, owner }: Kind): Reason {
  if (name === 'org' || name === 'user') {
    return reason(name === 'org' ? 'org-stays' : 'user-stays');
  }
  return reason(owner === undefined ? 'never-deleted' : 'goes-with-owner');
}

async function planOne(
  request: PlanRequest,
  kind: Kind,
  created: Touched,
  live: Content | undefined,
  halfDeleted: HalfDeleted,
): Promise<PlannedItem> {
  if (live === undefined) {
    return itemOf(created, 'skip', reason('gone-since'));
  }
  const item = {
    ...itemOf(created, 'delete', reason(created.did === 'created' ? 'created' : 'changed')),
    title: live.title,
    live: contentFingerprint(request.repository, kind, live),
  };
  if (live.managedBy !== undefined) {
    return { ...item, action: 'skip', ...because(reason('managed-since', { manager: live.managedBy.manager })) };
  }
  const isOwn =
    isInState(request.repository, kind, live, created.mark) || (await halfDeleted.includes(kind, created, live));
  return isOwn ? item : { ...item, ...leftAsItIs(created) };
}

/**
 * What becomes of a resource that is not as the restore would have left it. Where the restore may have written half of
 * it, undoing must not end as if all was done.
 */
export function leftAsItIs({ open }: Touched): Pick<PlannedItem, 'action' | 'reason' | 'code' | 'params'> {
  return open === true
    ? { action: 'blocked', ...because(reason('half-written')) }
    : { action: 'skip', ...because(reason('changed-since')) };
}

/** Folders, deepest first; one in which something stays that nothing moves away is kept. */
async function emptiedFolders(
  context: WriteContext,
  folders: readonly PlannedItem[],
  others: readonly PlannedItem[],
  isMovedAway: ReturnType<typeof movedAway>,
): Promise<PlannedItem[]> {
  const going = new Set(others.filter(({ action }) => action === 'delete').map(keyOf));
  const live = await listOf(kindOf('folder'), context);
  const needed = new Set<string>();
  for (const name of KINDS_IN_FOLDERS) {
    for (const listed of name === 'folder' ? [] : await inFolders(context, name)) {
      const { uid, folderUid } = listed;
      const stays = !going.has(keyOf({ org: context.org.id, kind: name, uid })) && !isMovedAway(name, listed);
      if (folderUid !== undefined && stays) {
        needed.add(folderUid);
      }
    }
  }
  const byUid = new Map(folders.map((item) => [item.uid, item]));
  const ordered: PlannedItem[] = folders.filter(({ action }) => action !== 'delete');
  for (const listed of deepestFirst(live)) {
    const { uid, folderUid } = listed;
    const item = byUid.get(uid);
    const goes = item?.action === 'delete' && !needed.has(uid);
    if (item?.action === 'delete') {
      ordered.push(goes ? item : { ...item, action: 'blocked', ...because(reason('created-filled')) });
    }
    if (!goes && folderUid !== undefined && !isMovedAway('folder', listed)) {
      needed.add(folderUid);
    }
  }
  return ordered;
}

async function inFolders(context: WriteContext, name: KindName): Promise<Listed[]> {
  const kind = kindOf(name);
  if (!(await kind.serves(context)).served) {
    return [];
  }
  return name === 'dashboard' ? liveDashboards(context) : listOf(kind, context);
}

/** An item of what an undo does to a resource, by its UID alone. */
export function itemOf({ org, kind, uid }: ResourceRef, action: PlannedItem['action'], why: Reason): PlannedItem {
  return { org, kind, uid, title: uid, folder: '', action, ...because(why), losses: [], security: [] };
}
