import { compact } from '../../../contract/compact.ts';
import type { DashkeepError } from '../../../contract/errors.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import type { PlanAction } from '../../../contract/plan.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import type { Reason } from '../../../contract/reasons/reason.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Kind, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { liveDashboards, rememberDashboards } from '../../../grafana/kinds/dashboards/dashboard/live.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { isRecreated } from '../../backup/carried-over.ts';
import type { AsStored } from '../../recent.ts';
import { hasCode } from '../../../lib/expected-errors.ts';
import { sourceOf, storedContent } from '../content.ts';
import { withCounterparts } from '../mapping/counterparts.ts';
import { keyOf } from '../target.ts';
import { contentFingerprint, entryFingerprint } from '../apply/change-log.ts';
import { asListed, isFew, visitLive } from '../live.ts';
import { planEntry } from './entry.ts';
import { isNamed, itemOf, managerOf, type Planning } from './planning.ts';
import type { PlannedItem, PlanRequest, Selection } from '../types.ts';

/** Grafana refused to show something, or a list would lack what the credentials may not see. */
const isForbidden = hasCode('DK_GRAFANA_FORBIDDEN');

/** Plans the entries of one kind that go to one org, by looking at what is live there. */
export async function planKind(
  planning: Planning,
  org: Org,
  kind: Kind,
  entries: ManifestEntry[],
): Promise<PlannedItem[]> {
  try {
    return await planReadable(planning, org, kind, entries);
  } catch (error) {
    if (!isForbidden(error)) {
      throw error;
    }
    return entries.map((entry) => unread(planning, entry, error));
  }
}

/** The item of an entry that cannot be compared with what is live. */
function unread(planning: Planning, entry: ManifestEntry, error: DashkeepError): PlannedItem {
  if (isForbidden(error)) {
    planning.refused ??= error;
  }
  return itemOf(entry, 'blocked', reason('live-unreadable', { message: error.message }));
}

async function planReadable(
  planning: Planning,
  org: Org,
  kind: Kind,
  entries: ManifestEntry[],
): Promise<PlannedItem[]> {
  const { request, mapping, progress } = planning;
  const context = planning.contextIn(org);
  const refusal = await refusalOf(request, kind, context);
  if (refusal !== undefined) {
    return entries.map((entry) => itemOf(entry, refusal.action, refusal.why));
  }
  const items: PlannedItem[] = [];
  const byUid = new Map<string, ManifestEntry>();
  for (const entry of entries) {
    const passed = passedOver(planning, org, entry);
    const read = (): Promise<Content> => storedContent(sourceOf(request), entry, request.signal);
    const uid = passed === undefined ? await mapping.uidOf(entry, read) : '';
    if (passed !== undefined) {
      items.push(itemOf(entry, 'skip', passed));
    } else if (byUid.has(uid)) {
      items.push(itemOf(entry, 'blocked', reason('org-twin', { org: String(org.id) })));
    } else {
      byUid.set(uid, entry);
    }
  }
  const sought = await withCounterparts(planning, kind, context, byUid);
  const wanted = [...sought].map(([uid, entry]) => asListed(entry, uid));
  const plan = (entry: ManifestEntry, uid: string, item: PlannedItem): void => {
    if (item.live !== undefined) {
      planning.live.set(keyOf({ org: org.id, kind: kind.name, uid }), item.live);
    }
    if (item.action === 'unchanged') {
      planning.unchanged.add(keyOf({ org: org.id, kind: kind.name, uid }));
    }
    items.push({ ...item, ...goesTo(entry, org, uid), ...rulesIn(planning, entry) });
    progress.finished(kind.name, true);
  };
  const total = request.manifest.kinds[kind.name]?.listed ?? entries.length;
  const asked = compact({ kind, wanted, total, recent: request.recent?.of(org.id, kind) });
  const known = request.recent?.of(org.id, kindOf('dashboard')).known;
  if (kind.readsTogether === true && known !== undefined && known.size > 0 && !isFew(asked)) {
    await liveDashboards(context, known);
  }
  await visitLive({
    ...asked,
    context,
    async allListed(all) {
      if (kind.name === 'dashboard') {
        await rememberDashboards(context, all);
      }
    },
    isAsStored(uid, stored) {
      const entry = sought.get(uid);
      const item = entry === undefined ? undefined : unchangedAsOf(planning, kind, org, uid, entry, stored);
      if (entry === undefined || item === undefined) {
        return false;
      }
      plan(entry, uid, item);
      return true;
    },
    isSame(uid, live) {
      const entry = sought.get(uid);
      return (
        entry !== undefined && contentFingerprint(request.repository, kind, live) === entryFingerprint(kind, entry)
      );
    },
    async each(uid, live) {
      const entry = sought.get(uid);
      if (entry !== undefined) {
        planning.places.saw({ org: org.id, kind: kind.name, uid }, live);
        if (live !== undefined && isRecreated(request.recent?.entry(org.id, kind, uid), live)) {
          planning.recreated.add(keyOf({ org: org.id, kind: kind.name, uid }));
        }
        const present = isLeftOver(planning, kind, org, uid) ? undefined : live;
        const item = await planEntry(planning, kind, context, entry, uid, present);
        if (item.action === 'create') {
          planning.created.add(keyOf({ org: org.id, kind: kind.name, uid }));
        }
        plan(entry, uid, item);
      }
    },
    unreadable(uid, error) {
      const entry = sought.get(uid);
      if (entry !== undefined) {
        // What is too large is there, and what belongs to it can be written.
        plan(entry, uid, { ...unread(planning, entry, error), ...(isForbidden(error) ? {} : { live: 'unread' }) });
      }
    },
  });
  return items;
}

/**
 * The item of a resource that the last backup holds just as it is to be restored. Undefined where what is live has to
 * be read. So a stale list of permissions is never the reason for writing one: at most one is left as it is.
 */
function unchangedAsOf(
  planning: Planning,
  kind: Kind,
  org: Org,
  uid: string,
  entry: ManifestEntry,
  { entry: before, readAt }: AsStored,
): PlannedItem | undefined {
  const { request, managers, live, recreated } = planning;
  const mark = entryFingerprint(kind, before);
  const owner = kind.owner === undefined ? undefined : kindOf(kind.owner);
  const ownerBefore = owner === undefined ? undefined : request.recent?.entry(org.id, owner, uid);
  const isOwnerSame =
    owner === undefined ||
    (ownerBefore !== undefined &&
      !recreated.has(keyOf({ org: org.id, kind: owner.name, uid })) &&
      live.get(keyOf({ org: org.id, kind: owner.name, uid })) === entryFingerprint(owner, ownerBefore));
  const bringsSecrets = kind.hasSecrets === true && request.options.secrets?.(kind.name, uid, org.id) !== undefined;
  const isOther = mark !== entryFingerprint(kind, entry) || planning.mapping.mayChange(entry);
  if (isOther || !isOwnerSame || bringsSecrets || isLeftOver(planning, kind, org, uid)) {
    return undefined;
  }
  if (managerOf(before) === undefined) {
    managers.delete(keyOf({ org: org.id, kind: kind.name, uid }));
  }
  const why = readAt === undefined ? reason('same') : reason('same-as-read', { time: readAt });
  return { ...itemOf(entry, 'unchanged', why), live: mark };
}

/**
 * Whether what is live belonged to a dashboard that was deleted: from 12 on Grafana shows its public dashboard until it
 * cleans up, up to half a minute later (dashboard_service.go CleanUpDashboard).
 */
function isLeftOver({ created }: Planning, kind: Kind, org: Org, uid: string): boolean {
  return kind.deletedWith !== undefined && created.has(keyOf({ org: org.id, kind: kind.deletedWith, uid }));
}

/** Which of its rules are restored, where that is not all of it. */
function rulesIn({ parts }: Planning, entry: ManifestEntry): Pick<PlannedItem, 'rules'> {
  const rules = parts.get(entry);
  return rules === undefined ? {} : { rules: [...rules].map(([uid, title]) => ({ uid, title })) };
}

/** Where it goes, when that is not where it was. */
function goesTo(entry: ManifestEntry, org: Org, uid: string): Pick<PlannedItem, 'targetOrg' | 'targetUid'> {
  return {
    ...(org.id === entry.org ? {} : { targetOrg: org.id }),
    ...(uid === entry.uid ? {} : { targetUid: uid }),
  };
}

function isAdded({ also = [] }: Selection, { org, kind, uid }: ManifestEntry): boolean {
  return also.some((one) => one.kind === kind && one.uid === uid && (one.org ?? org) === org);
}

/** Why an entry of the selection is not for writing at all. */
function passedOver({ request, mapping, dataSources }: Planning, org: Org, entry: ManifestEntry): Reason | undefined {
  const uid = mapping.standIn(entry);
  if (uid === undefined) {
    // What copies use and a person adds is created if it is missing.
    return isAdded(request.selection, entry) ? undefined : mapping.leftOut(entry);
  }
  if (entry.kind !== 'data-source') {
    return reason('replaced', { uid });
  }
  return reason(dataSources.standIn(org.id, entry.uid)?.by === 'choice' ? 'stand-in-chosen' : 'stand-in', { uid });
}

/** Why a kind is never written, wherever; undefined for those that are. */
export function neverWritten({ write, declaration }: Kind): Reason | undefined {
  return write === undefined || declaration.restored === 'no' ? reason('archived') : undefined;
}

/** Why nothing of a kind can be written here. */
async function refusalOf(
  request: PlanRequest,
  kind: Kind,
  context: WriteContext,
): Promise<{ action: PlanAction; why: Reason } | undefined> {
  const never = neverWritten(kind);
  // What it forecasts says more than that.
  if (never !== undefined && kind.forecast === undefined) {
    return { action: 'skip', why: never };
  }
  if (kind.declaration.restored === 'on request' && !isNamed(request, kind.name)) {
    return { action: 'skip', why: reason('on-request') };
  }
  const serving = await kind.serves(context);
  if (serving.served) {
    return undefined;
  }
  // A token restores all of its organization, whatever else the snapshot holds.
  const isOutside = kind.declaration.scope === 'server' && !isNamed(request, kind.name);
  return { action: isOutside ? 'skip' : 'blocked', why: serving.reason };
}
