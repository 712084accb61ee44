import { compact } from '../../../contract/compact.ts';
import type { KindName } from '../../../contract/kinds.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { losing, type Reason } from '../../../contract/reasons/reason.ts';
import type { Forecast, Kind, Reference, Restorable, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { isRestored, outlineOf, storedContent } from '../content.ts';
import { keyOf } from '../target.ts';
import { markOf, markOfEntry } from '../apply/change-log.ts';
import { isMadeAfter, isRenewed } from './earlier-restores.ts';
import { isDeferred, isNamed, itemOf, managerOf, type Planning } from './planning.ts';
import { onlyAddsRules, reasonForRules } from './rules.ts';
import { securityOf } from './security.ts';
import type { PlannedItem } from '../types.ts';

/** What is to be done about one entry, given what is live under its uid. */
export async function planEntry(
  planning: Planning,
  kind: Kind,
  context: WriteContext,
  entry: ManifestEntry,
  uid: string,
  live: Content | undefined,
): Promise<PlannedItem> {
  const { request, mapping, dependencies, managers } = planning;
  const { repository, options, signal } = request;
  if (live !== undefined && managerOf(live) === undefined) {
    managers.delete(keyOf({ org: context.org.id, kind: kind.name, uid }));
  }
  if (live === undefined && kind.createdOnRequest === true && !isNamed(request, kind.name)) {
    return itemOf(entry, 'skip', reason('created-on-request', { resource: `${kind.name}/${entry.uid}` }));
  }
  const now = live === undefined ? {} : { live: markOf(repository, kind, live) };
  const brought = options.secrets?.(kind.name, uid) !== undefined && kind.hasSecrets === true;
  if (live !== undefined && !brought && now.live === markOfEntry(kind, entry)) {
    return { ...itemOf(entry, 'unchanged', reason('same')), ...now };
  }
  const stored = isDeferred(request, kind.name, live)
    ? outlineOf(entry)
    : await storedContent(repository, entry, signal);
  const { content } = mapping.apply(entry, stored);
  const same = live !== undefined && isRestored(kind, content, live);
  if (same && !brought) {
    return { ...itemOf(entry, 'unchanged', reason('same')), ...now };
  }
  // A copy belongs to nobody yet.
  const isCopy = mapping.isCopy(entry);
  const manager = managerOf(live ?? (isCopy ? {} : content));
  if (manager !== undefined && !options.includeManaged) {
    return { ...itemOf(entry, 'skip', reason('managed', { manager })), ...now };
  }
  const ownersManager =
    kind.owner === undefined || isCopy
      ? undefined
      : managers.get(keyOf({ org: context.org.id, kind: kind.owner, uid }));
  if (ownersManager !== undefined && !options.includeManaged) {
    const why = reason('owner-managed', { owner: kind.owner ?? '', manager: ownersManager });
    return { ...itemOf(entry, 'skip', why), ...now };
  }
  const along = planning.along.has(entry);
  const overwrite = (options.overwrite && !along) || (live !== undefined && onlyAddsRules(content, live));
  const renewed =
    live !== undefined && !overwrite && (await isRenewed(request, planning.earlier, kind, context, uid, live));
  const isFree = live?.pristine === true || live?.unfinished === true || renewed;
  if (live !== undefined && !isFree && !overwrite && !same) {
    const why = along
      ? reason('kept-along', { kind: kind.name, uid: entry.uid })
      : await keptReason(planning, kind, context, { uid, content, live });
    return { ...itemOf(entry, 'skip', why), ...now };
  }
  if (along && live === undefined && (await isNoLongerShared(planning, kind, context, uid))) {
    return itemOf(entry, 'skip', reason('unshared', { kind: kind.name, uid: entry.uid }));
  }
  const item: Restorable = compact({ uid, content, live });
  const forecast = await forecastOf(kind, context, item);
  const refusal = forecast.blocked ?? forecast.skip;
  if (refusal !== undefined) {
    const action = forecast.blocked === undefined ? 'skip' : 'blocked';
    return { ...itemOf(entry, action, refusal), ...now, ...losing(forecast.losses) };
  }
  const target = { org: context.org.id, kind: kind.name, uid };
  const held = live === undefined ? [] : kind.references(live).filter((one) => one.held === true);
  const needed = kind.references(content).filter(({ kind: of, uid: name }) => !isAmong(held, of, name));
  dependencies.need(target, needed);
  if (kind.inFolders === true) {
    planning.places.put(target, live, content);
  }
  const why = same
    ? reason('secrets-supplied')
    : live?.pristine === true
      ? reason('pristine')
      : live?.unfinished === true
        ? reason('unfinished')
        : renewed
          ? reason('renewed', { owner: kind.owner ?? '' })
          : (reasonForRules(planning.parts, entry, live) ?? reason('differs'));
  const planned =
    live === undefined
      ? itemOf(
          entry,
          'create',
          isCopy ? reason('copy') : (reasonForRules(planning.parts, entry, live) ?? reason('missing')),
        )
      : itemOf(entry, 'update', why);
  const losses = isCopy ? [...forecast.losses, ...lossesOfCopy(kind, stored)] : forecast.losses;
  const security = [...(await securityOf(planning, kind, context, item)), ...(forecast.security ?? [])];
  return { ...planned, ...now, ...losing(losses), security };
}

/** Why something stays as it is; of permissions also whether they give less or more than those of the snapshot. */
async function keptReason(
  planning: Planning,
  kind: Kind,
  context: WriteContext,
  { uid, content, live }: Required<Restorable>,
): Promise<Reason> {
  if (kind.owner === undefined) {
    return reason('kept');
  }
  const gives = await securityOf(planning, kind, context, { uid, content, live });
  const takes = await securityOf(planning, kind, context, { uid, content: live, live: content });
  if (gives.length > 0 === takes.length > 0) {
    return reason('kept');
  }
  return reason(gives.length > 0 ? 'kept-narrower' : 'kept-wider');
}

function isAmong(references: readonly Reference[], kind: KindName, uid: string): boolean {
  return references.some((one) => one.kind === kind && one.uid === uid);
}

/**
 * Whether somebody ended the sharing of a dashboard that is live: nobody who brings that back wants it public again.
 */
async function isNoLongerShared(planning: Planning, kind: Kind, context: WriteContext, uid: string): Promise<boolean> {
  if (kind.deletedWith === undefined) {
    return false;
  }
  const dashboard = await kindOf(kind.deletedWith).read(context, { uid, title: uid });
  return (
    dashboard !== undefined &&
    (!isMadeAfter(planning.request.manifest, dashboard) || (await planning.earlier.wrote(context, kind, uid)))
  );
}

/** What a copy does not have that the original has. */
function lossesOfCopy(kind: Kind, stored: Content): Reason[] {
  return kind.isActive?.(stored) === true ? [reason('rules-paused')] : [];
}

/** Looking ahead must not end the plan: what it stumbles over is a reason not to write that one resource. */
async function forecastOf(kind: Kind, context: WriteContext, item: Restorable): Promise<Forecast> {
  try {
    return (await kind.forecast?.(context, item)) ?? { losses: [] };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof DashkeepError && error.code.startsWith('DK_GRAFANA_')) {
      return { losses: [], blocked: reason('live-unreadable', { message: error.message }) };
    }
    throw error;
  }
}
