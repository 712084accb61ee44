import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { lossesOf, type Reason } from '../../../contract/reasons/reason.ts';
import type { Forecast, Kind, Reference, Restorable, WriteContext } from '../../../grafana/kinds/kind.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { isRestored, outlineOf, sourceOf, storedContent } from '../content.ts';
import { missingLogins, onlyWithAccount, withoutLogins } from '../access/missing-accounts.ts';
import { keyOf } from '../target.ts';
import { contentFingerprint, entryFingerprint } from '../apply/change-log.ts';
import { isLeftImport } from '../app-dashboards.ts';
import { isMadeAfter } from '../owners-default.ts';
import { isHalfMade, isHalfWritten, isRenewed, ownerLeft } from './earlier-restores.ts';
import { decideEntry, type EntryFacts } from './entry-rules.ts';
import { isDeferred, isNamed, itemOf, managerOf, ownersManagerOf, type Planning } from './planning.ts';
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
  const target = { org: context.org.id, kind: kind.name, uid };
  if (live !== undefined && managerOf(live) === undefined) {
    managers.delete(keyOf(target));
  }
  const now = live === undefined ? {} : { live: contentFingerprint(repository, kind, live) };
  const isCopy = mapping.isCopy(entry);
  const isAlong = planning.along.has(entry);
  const stored = once(async () =>
    isDeferred(request, kind.name, live) ? outlineOf(entry) : storedContent(sourceOf(request), entry, signal),
  );
  const content = once(async () => mapping.apply(entry, await stored()).content);
  const item = once(async (): Promise<Restorable> => compact({ uid, content: await content(), live }));
  const conflict = once(async () => planning.promotion?.conflict({ kind, context, uid, live, mark: now.live }));
  const mayOverwrite = once(
    async () =>
      (options.overwrite && !isAlong) ||
      (planning.promotion !== undefined && (await conflict()) === undefined) ||
      (live !== undefined && ((await content()).joinsOnly !== undefined || onlyAddsRules(await content(), live))),
  );
  // Anyone who has changed the owner since may have wanted it without permissions.
  const half = once(
    async () =>
      live !== undefined &&
      kind.owner !== undefined &&
      planning.unchanged.has(keyOf({ ...target, kind: kind.owner })) &&
      isHalfMade(planning.earlier, kind, context, uid, live),
  );
  const isImport = once(async () => live !== undefined && isLeftImport(planning.earlier, target, live));
  let forecast: Forecast | undefined;
  const ahead = once(async () => forecastOf(kind, context, await item()));
  const facts: EntryFacts = {
    kind,
    entry,
    live,
    isArchived: kind.write === undefined,
    isNamed: isNamed(request, kind.name),
    isAlong,
    isCopy,
    leftOut: mapping.leftOut(entry),
    hasSecrets: kind.hasSecrets === true && context.secrets(kind.name, uid) !== undefined,
    includeManaged: options.includeManaged,
    // A copy belongs to nobody yet.
    ownersManager:
      kind.owner === undefined || isCopy
        ? undefined
        : ownersManagerOf(planning, { ...target, kind: kind.owner }, live !== undefined),
    rules: reasonForRules(planning.parts, entry, live),
    joins: once(async () => (await content()).joinsOnly !== undefined),
    isMarkedSame: live !== undefined && now.live === entryFingerprint(kind, entry) && !mapping.mayChange(entry),
    isSame: once(async () => live !== undefined && isRestored(kind, await content(), live)),
    manager: async () => ((await isImport()) ? undefined : managerOf(live ?? (isCopy ? {} : await content()))),
    conflict,
    mayOverwrite,
    isRenewed: once(
      async () =>
        live !== undefined && !(await mayOverwrite()) && isRenewed(request, planning.earlier, kind, context, uid, live),
    ),
    keptBecause: async () =>
      live === undefined
        ? reason('kept')
        : keptReason(planning, kind, context, { uid, content: await content(), live }),
    isUnfinished: once(
      async () =>
        live?.unfinished === true ||
        (await half()) ||
        (await isImport()) ||
        (now.live !== undefined && (await planning.earlier.leftHalf(context, kind, uid, now.live))) ||
        isHalfWritten(request, planning.earlier, kind, target, compact({ live, content: await content() })),
    ),
    isUnshared: () => isNoLongerShared(planning, kind, context, uid),
    lacksAccounts: once(async () =>
      live === undefined || kind.namesPeople !== true
        ? undefined
        : lackedAccounts(kind, await content(), live, missingLogins((await ahead()).losses)),
    ),
    forecast: async () => (forecast ??= await ahead()),
  };
  const { action, why } = await decideEntry(facts);
  const isUnused = kind.hasSecrets !== true && live !== undefined && context.secrets(kind.name, uid) !== undefined;
  const mayStay = kind.deletedWith !== undefined && kind.merge !== undefined;
  const mayLackSecrets = kind.hasSecrets === true && !facts.isMarkedSame;
  if (isUnused || (action === 'unchanged' && (mayStay || mayLackSecrets))) {
    // What stays of the live one, and what that lacks, is said, although nothing is written.
    await facts.forecast();
  }
  const planned = { ...itemOf(entry, action, why), ...now };
  if (forecast === undefined) {
    return planned;
  }
  if (action !== 'create' && action !== 'update') {
    return { ...planned, ...lossesOf(forecast.losses) };
  }
  planning.memberships.note(kind, await item());
  planning.deletes.set(keyOf(target), forecast.deletes);
  const held = live === undefined ? [] : kind.references(live).filter((one) => one.held === true);
  const isHeld = (one: Reference): boolean =>
    held.some(({ kind: of, uid: name }) => one.kind === of && one.uid === name);
  const needed = kind.references(await content()).filter((one) => !isHeld(one));
  dependencies.need(target, needed);
  if (kind.inFolders === true) {
    planning.places.put(target, live, await content());
  }
  if (kind.name === 'annotation') {
    planning.places.putOn(target, await stored(), await content());
  }
  const losses = isCopy ? [...forecast.losses, ...lossesOfCopy(kind, await stored())] : forecast.losses;
  const security = [
    ...onlyWithAccount(await securityOf(planning, kind, context, await item()), missingLogins(forecast.losses)),
    ...(forecast.security ?? []),
  ];
  const manager = action === 'update' ? (live?.managedBy?.manager ?? live?.provenance) : undefined;
  return compact({ ...planned, ...lossesOf(losses), security, manager });
}

/** Why nothing would change by restoring what names these users, if it lacks only them. */
function lackedAccounts(kind: Kind, content: Content, live: Content, logins: ReadonlySet<string>): Reason | undefined {
  return logins.size > 0 && isRestored(kind, withoutLogins(kind, content, logins), live)
    ? reason('accounts-missing', { logins: [...logins].join(', ') })
    : undefined;
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
  if ((await ownerLeft(planning.earlier, kind, context, uid)) !== undefined) {
    return reason('kept-unfinished', { owner: kind.owner });
  }
  const gives = await securityOf(planning, kind, context, { uid, content, live });
  const takes = await securityOf(planning, kind, context, { uid, content: live, live: content });
  if (gives.length > 0 === takes.length > 0) {
    return reason('kept');
  }
  return reason(gives.length > 0 ? 'kept-narrower' : 'kept-wider');
}

/** Asks once, and only when the answer is wanted. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
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
    (!isMadeAfter(planning.request.manifest, dashboard) ||
      (await planning.earlier.wrote(context, kind, uid, dashboard)))
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
