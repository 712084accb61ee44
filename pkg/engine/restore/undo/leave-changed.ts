import { reason, type ReasonCode } from '../../../contract/reasons/catalogue.ts';
import { because, lossesOf } from '../../../contract/reasons/reason.ts';
import { isUnreadable } from '../../../grafana/http/errors.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import { isWritten } from '../apply/attempt.ts';
import { sourceOf, storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import { isOwnersDefault } from '../owners-default.ts';
import { isHalfMade, isHalfWritten } from '../plan/earlier-restores.ts';
import { deletedWithOwner } from '../plan/owned-resources.ts';
import type { Planning } from '../plan/planning.ts';
import type { PlannedItem } from '../types.ts';
import { leftAsItIs } from './created.ts';
import type { Undone } from './deprived.ts';

/** Turns an item into one that is passed over, where what is live is not what the restore left there. */
export async function leaveWhatChanged(
  item: PlannedItem,
  before: Undone | undefined,
  planning: Planning,
  items: readonly PlannedItem[],
): Promise<void> {
  if (before === undefined || (item.action !== 'create' && item.action !== 'update')) {
    return;
  }
  const left = await reasonToLeave(item, before, planning, items);
  if (left !== undefined) {
    Object.assign(item, { ...left, ...lossesOf([]), security: [] });
    return;
  }
  Object.assign(item, because(reason(before.did === 'deleted' ? 'deleted' : 'changed')));
}

/** Why an item is passed over; undefined if what is live is what the restore left there. */
async function reasonToLeave(
  item: PlannedItem,
  before: Undone,
  planning: Planning,
  items: readonly PlannedItem[],
): Promise<ReturnType<typeof leftAsItIs> | undefined> {
  if ((before.deprived !== undefined && item.live === before.deprived) || (await isHalfUndone(item, planning))) {
    return undefined;
  }
  if (await wasKept(item, before, planning, items)) {
    return passedOver(item.live === undefined ? 'deleted-since' : 'changed-since');
  }
  if (before.did === 'deleted') {
    const isGone = item.live === undefined || item.code === 'pristine';
    const isNew = async (): Promise<boolean> =>
      (await cameWithOwner(item, planning, items)) || (await cameWithApp(item, planning, items));
    return isGone || (await isNew()) ? undefined : afterDeletion(item, before, planning);
  }
  if (isAsLeft(item, before)) {
    return undefined;
  }
  return item.live === undefined ? passedOver('deleted-since') : leftAsItIs(before);
}

/**
 * Whether a restore that was killed had not yet deleted something, or the folder or dashboard that it goes with: then
 * that is still the one of the safety snapshot, and someone else changed what differs from the snapshot.
 */
async function wasKept(
  { org, kind, uid, entry }: PlannedItem,
  { did, open, alone }: Undone,
  planning: Planning,
  items: readonly PlannedItem[],
): Promise<boolean> {
  const { request } = planning;
  const home = request.instance.orgs.find(({ id }) => id === org);
  if (did !== 'deleted' || open !== true || home === undefined) {
    return false;
  }
  // What the plan deleted by itself went before its owner.
  const owner = (alone !== true && entry && (await deletedWithOwner(request, entry))) || { org, kind, uid };
  const item = items.find((one) => keyOf(one) === keyOf(owner));
  const identity = identityIn(item?.entry);
  if (item?.live === undefined || identity === undefined) {
    return false;
  }
  const live = await kindOf(owner.kind).read(planning.contextIn(home), { uid: owner.uid, title: owner.uid });
  return identityIn(live) === identity;
}

/** What Grafana gives to one that it creates, and to no other. */
function identityIn(one: Pick<Content, 'facts'> | undefined): string | number | boolean | undefined {
  return one?.facts?.['created'] ?? one?.facts?.['id'];
}

/** Whether what is live is what the restore left. Some it deletes and creates again, and was cut off in between. */
function isAsLeft({ live }: PlannedItem, { mark, open }: Undone): boolean {
  return live === mark && (live !== undefined || open !== true);
}

/** Whether an undo that did not finish left it half written. What says so without a trusted record does not count. */
async function isHalfUndone(item: PlannedItem, { earlier, request }: Planning): Promise<boolean> {
  const { org, kind, uid, code, entry } = item;
  if (item.live !== undefined || entry === undefined) {
    return code === ('unfinished' satisfies ReasonCode) && (await earlier.left({ org, kind, uid }));
  }
  if (kindOf(kind).isBetween === undefined) {
    return false;
  }
  const content = await storedContent(sourceOf(request), entry, request.signal);
  return isHalfWritten(request, earlier, kindOf(kind), { org, kind, uid }, { content });
}

/** Why something stays that is there although it was deleted; undefined for a part that the deletion left. */
async function afterDeletion(
  { org, kind: name, uid, entry }: PlannedItem,
  before: Undone,
  planning: Planning,
): Promise<ReturnType<typeof leftAsItIs> | undefined> {
  const { request } = planning;
  const kind = kindOf(name);
  const home = request.instance.orgs.find(({ id }) => id === org);
  if (before.open !== true || kind.isPartOf === undefined || entry === undefined || home === undefined) {
    return passedOver(before.open === true ? 'changed-since' : 'made-again');
  }
  const live = await kind.read(planning.contextIn(home), { uid, title: uid });
  const whole = await storedContent(sourceOf(request), entry, request.signal);
  return live !== undefined && kind.isPartOf(live, whole) ? undefined : leftAsItIs(before);
}

/**
 * Whether an undo that did not finish made its owner again, and had not come to it yet. An owner that someone else made
 * has what its maker wants.
 */
async function cameWithOwner(
  { org, kind: name, uid }: PlannedItem,
  planning: Planning,
  items: readonly PlannedItem[],
): Promise<boolean> {
  const { request, earlier } = planning;
  const kind = kindOf(name);
  const { owner } = kind;
  const home = request.instance.orgs.find(({ id }) => id === org);
  if (owner === undefined || home === undefined) {
    return false;
  }
  const context = planning.contextIn(home);
  const ownerKey = keyOf({ org, kind: owner, uid });
  const isAsMade = items.some((one) => one.action === 'unchanged' && keyOf(one) === ownerKey);
  if (!isAsMade || !(await earlier.madeOwner(context, kind, uid))) {
    return false;
  }
  const live = await kind.read(context, { uid, title: uid });
  return (
    live !== undefined &&
    ((await isOwnersDefault(kind, context, uid, live)) || isHalfMade(earlier, kind, context, uid, live))
  );
}

/**
 * Whether Grafana deletes it, or the dashboard that it belongs to, with an app that the undo disables; or whether an
 * undo that did not finish enabled that app: then Grafana imported it, and no one has changed it.
 */
async function cameWithApp(
  { org, kind: name, uid }: PlannedItem,
  { request, contextIn, deletes }: Planning,
  items: readonly PlannedItem[],
): Promise<boolean> {
  const kind = kindOf(name);
  const home = request.instance.orgs.find(({ id }) => id === org);
  const apps = items.filter((one) => one.org === org && one.kind === 'plugin-settings');
  if (home === undefined || (kind.owner ?? name) !== 'dashboard' || apps.length === 0) {
    return false;
  }
  const going = apps.filter(isWritten).flatMap((app) => deletes.get(keyOf(app))?.dashboards ?? []);
  if (going.some((one) => one.uid === uid)) {
    return true;
  }
  const context = contextIn(home);
  const read = kindOf('dashboard').read(context, { uid, title: uid });
  const { managedBy, facts } = (await read.catch(valueIf(isUnreadable, undefined))) ?? {};
  const isApps = managedBy?.manager === 'plugin' && apps.some((app) => app.uid === managedBy.id);
  if (!isApps || facts?.['version'] !== 1) {
    return false;
  }
  const own = kind.owner === undefined ? undefined : await kind.read(context, { uid, title: uid });
  return kind.owner === undefined || (own !== undefined && isOwnersDefault(kind, context, uid, own));
}

function passedOver(code: 'made-again' | 'deleted-since' | 'changed-since'): ReturnType<typeof leftAsItIs> {
  return { action: 'skip', ...because(reason(code)) };
}
