import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { isEvaluated } from '../../grafana/kinds/alert-rule-group/content.ts';
import type { Content, Forecast, Kind, Restorable, WriteContext } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { isRestored, outlineOf, storedContent } from './content.ts';
import { keyOf } from './dependencies.ts';
import { markOf, markOfEntry } from './ledger.ts';
import { isMadeAfter, isRenewed } from './renewed.ts';
import { isDeferred, itemOf, managerOf, MANAGED_HINT, type Planning } from './planning.ts';
import { securityOf } from './security.ts';
import type { PlannedItem } from './types.ts';

/** Kinds whose secrets nobody can read: given ones are written even where all else is as it was. */
const HOLD_SECRETS: ReadonlySet<KindName> = new Set(['plugin-settings', 'data-source', 'contact-point']);

/** What is to be done about one entry, given what is live under its uid. */
export async function planEntry(
  planning: Planning,
  kind: Kind,
  context: WriteContext,
  entry: ManifestEntry,
  uid: string,
  live: Content | undefined,
): Promise<PlannedItem> {
  const { request, translation, dependencies, managers } = planning;
  const { repository, options, signal } = request;
  if (live !== undefined && managerOf(live) === undefined) {
    managers.delete(keyOf({ org: context.org.id, kind: kind.name, uid }));
  }
  const now = live === undefined ? {} : { live: markOf(repository, kind, live) };
  const brought = options.secrets?.(kind.name, uid) !== undefined && HOLD_SECRETS.has(kind.name);
  if (live !== undefined && !brought && now.live === markOfEntry(kind, entry)) {
    return { ...itemOf(entry, 'unchanged', 'as in the snapshot'), ...now };
  }
  const stored = isDeferred(request, kind.name, live)
    ? outlineOf(entry)
    : await storedContent(repository, entry, signal);
  const { content } = translation.apply(entry, stored);
  const same = live !== undefined && isRestored(kind, content, live);
  if (same && !brought) {
    return { ...itemOf(entry, 'unchanged', 'as in the snapshot'), ...now };
  }
  // A copy belongs to nobody yet.
  const isCopy = translation.isCopy(entry);
  const manager = managerOf(live ?? (isCopy ? {} : content));
  if (manager !== undefined && !options.includeManaged) {
    return {
      ...itemOf(entry, 'skip', `managed by ${manager}, ${MANAGED_HINT}`),
      ...now,
    };
  }
  const ownersManager =
    kind.owner === undefined || isCopy
      ? undefined
      : managers.get(keyOf({ org: context.org.id, kind: kind.owner, uid }));
  if (ownersManager !== undefined && !options.includeManaged) {
    const reason = `its ${kind.owner} is managed by ${ownersManager}; --include-managed writes it`;
    return { ...itemOf(entry, 'skip', reason), ...now };
  }
  const along = planning.along.has(entry);
  const overwrite = options.overwrite && !along;
  const renewed =
    live !== undefined && !overwrite && (await isRenewed(request, planning.earlier, kind, context, uid, live));
  if (live !== undefined && live.pristine === undefined && !renewed && !overwrite && !same) {
    const how = along ? `--only ${kind.name}/${entry.uid} with --overwrite` : '--overwrite';
    return { ...itemOf(entry, 'skip', `is there and differs; ${how} replaces it`), ...now };
  }
  if (along && live === undefined && (await isNoLongerShared(planning, kind, context, uid))) {
    const reason = `its dashboard is there and no longer shared; --only ${kind.name}/${entry.uid} shares it again`;
    return itemOf(entry, 'skip', reason);
  }
  const item: Restorable = { uid, content, ...(live === undefined ? {} : { live }) };
  const forecast = await forecastOf(kind, context, item);
  if (forecast.blocked !== undefined || forecast.skip !== undefined) {
    const action = forecast.blocked === undefined ? 'skip' : 'blocked';
    return { ...itemOf(entry, action, forecast.blocked ?? forecast.skip ?? ''), ...now, losses: forecast.losses };
  }
  dependencies.need({ org: context.org.id, kind: kind.name, uid }, kind.references(content));
  const reason = same
    ? 'secrets supplied'
    : live?.pristine === true
      ? 'replaces what Grafana made by itself'
      : renewed
        ? `is what Grafana gave to a ${kind.owner} that was made after the snapshot`
        : 'differs from the snapshot';
  const planned =
    live === undefined ? itemOf(entry, 'create', isCopy ? 'as a copy' : 'is missing') : itemOf(entry, 'update', reason);
  const losses = isCopy ? [...forecast.losses, ...lossesOfCopy(kind, stored)] : forecast.losses;
  return { ...planned, ...now, losses, security: securityOf(planning, kind, context, item) };
}

/** Whether somebody ended the sharing of a dashboard that is live: nobody who brings that back wants it public again. */
async function isNoLongerShared(planning: Planning, kind: Kind, context: WriteContext, uid: string): Promise<boolean> {
  if (kind.name !== 'public-dashboard') {
    return false;
  }
  const dashboard = await kindOf('dashboard').read(context, { uid, title: uid });
  return (
    dashboard !== undefined &&
    (!isMadeAfter(planning.request.manifest, dashboard) || (await planning.earlier.wrote(context, kind, uid)))
  );
}

/** What a copy does not have that the original has. */
function lossesOfCopy(kind: Kind, stored: Content): string[] {
  return kind.name === 'alert-rule-group' && isEvaluated(stored)
    ? ['comes with its rules paused, so that nothing fires twice; resume them in Grafana']
    : [];
}

/** Looking ahead must not end the plan: what it stumbles over is a reason not to write that one resource. */
async function forecastOf(kind: Kind, context: WriteContext, item: Restorable): Promise<Forecast> {
  try {
    return (await kind.forecast?.(context, item)) ?? { losses: [] };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof DashkeepError && error.code.startsWith('DK_GRAFANA_')) {
      return { losses: [], blocked: `could not be looked into: ${reasonOf(error)}` };
    }
    throw error;
  }
}
