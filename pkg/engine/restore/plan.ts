import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { KIND_NAMES } from '../../contract/kinds.ts';
import { canonicalJson } from '../../contract/json.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { PlanAction } from '../../contract/plan.ts';
import type { Org } from '../../grafana/instance.ts';
import type { Content, Forecast, Kind, Restorable, WriteContext } from '../../grafana/kinds/kind.ts';
import { KINDS } from '../../grafana/kinds/registry.ts';
import { ProgressCounter } from '../progress.ts';
import { writeContext } from './context.ts';
import { fingerprint, isRestored, storedContent } from './content.ts';
import { Dependencies } from './dependencies.ts';
import { asListed, visitLive } from './live.ts';
import { select } from './selection.ts';
import type { Plan, PlannedItem, PlanRequest } from './types.ts';

/**
 * What a restore would do, found out by reads only: no write is sent, not even one that claims to be dry.
 * Reads every object that would be written, so that a damaged repository is found before anything is touched.
 * @throws DK_OBJECT_MISSING, DK_OBJECT_DAMAGED, or what reading Grafana throws.
 */
export async function planRestore(request: PlanRequest): Promise<Plan> {
  const selected = select(request.manifest, request.selection);
  const progress = new ProgressCounter(request.clock, request.onProgress);
  progress.phase('planning');
  progress.total(selected.length);
  const items: PlannedItem[] = [];
  const dependencies = new Dependencies(request);
  for (const org of new Set(selected.map((entry) => entry.org))) {
    const home = request.instance.orgs.find((candidate) => candidate.id === org);
    for (const kind of KINDS) {
      const entries = selected.filter((entry) => entry.org === org && entry.kind === kind.name);
      if (entries.length === 0) {
        continue;
      }
      const planned =
        home === undefined
          ? entries.map((entry) => itemOf(entry, 'blocked', `org ${org} is not among the orgs of this run`))
          : await planKind(request, home, kind, entries, dependencies, progress);
      items.push(...planned.sort((a, b) => (a.uid < b.uid ? -1 : 1)));
    }
  }
  const missing = await dependencies.settle(items);
  return { snapshot: request.manifest.id, items: items.sort(byWriteOrder), missing };
}

function byWriteOrder(a: PlannedItem, b: PlannedItem): number {
  return a.org - b.org || KIND_NAMES.indexOf(a.kind) - KIND_NAMES.indexOf(b.kind);
}

async function planKind(
  request: PlanRequest,
  org: Org,
  kind: Kind,
  entries: ManifestEntry[],
  dependencies: Dependencies,
  progress: ProgressCounter,
): Promise<PlannedItem[]> {
  const context = writeContext(request, org);
  const byUid = new Map(entries.map((entry) => [entry.uid, entry]));
  const refusal = await refusalOf(request, kind, context);
  if (refusal !== undefined) {
    return entries.map((entry) => itemOf(entry, refusal.action, refusal.reason));
  }
  const items: PlannedItem[] = [];
  await visitLive(kind, context, entries.map(asListed), async (uid, live) => {
    const entry = byUid.get(uid);
    if (entry !== undefined) {
      items.push(await planEntry(request, kind, context, entry, live, dependencies));
      progress.finished(kind.name, true);
    }
  });
  return items;
}

/** Why nothing of a kind can be written here. */
async function refusalOf(
  request: PlanRequest,
  kind: Kind,
  context: WriteContext,
): Promise<{ action: PlanAction; reason: string } | undefined> {
  const { plural, restored } = kind.declaration;
  if (kind.write === undefined || restored === 'no') {
    return { action: 'skip', reason: `${plural} are kept for reading only; Grafana does not take them back` };
  }
  const named =
    request.selection.only?.some((wanted) => wanted.kind === kind.name) === true ||
    request.selection.kinds?.includes(kind.name) === true;
  if (restored === 'on request' && !named) {
    return { action: 'skip', reason: `${plural} are restored only when asked for by name` };
  }
  const serving = await kind.serves(context);
  return serving.served ? undefined : { action: 'blocked', reason: serving.reason };
}

async function planEntry(
  request: PlanRequest,
  kind: Kind,
  context: WriteContext,
  entry: ManifestEntry,
  live: Content | undefined,
  dependencies: Dependencies,
): Promise<PlannedItem> {
  const { repository, options, signal } = request;
  const now = live === undefined ? {} : { live: fingerprint(live) };
  if (live !== undefined && isSameObject(request, entry, live)) {
    return { ...itemOf(entry, 'unchanged', 'as in the snapshot'), ...now };
  }
  const content = await storedContent(repository, entry, signal);
  if (live !== undefined && isRestored(kind, content, live)) {
    return { ...itemOf(entry, 'unchanged', 'as in the snapshot'), ...now };
  }
  const manager = managerOf(live ?? content);
  if (manager !== undefined && !options.includeManaged) {
    return {
      ...itemOf(entry, 'skip', `managed by ${manager}, which would undo it; --include-managed writes it`),
      ...now,
    };
  }
  if (live !== undefined && live.pristine === undefined && !options.overwrite) {
    return { ...itemOf(entry, 'skip', 'is there and differs; --overwrite replaces it'), ...now };
  }
  const item: Restorable = { uid: entry.uid, content, ...(live === undefined ? {} : { live }) };
  const forecast = await forecastOf(kind, context, item);
  if (forecast.blocked !== undefined || forecast.skip !== undefined) {
    const action = forecast.blocked === undefined ? 'skip' : 'blocked';
    return { ...itemOf(entry, action, forecast.blocked ?? forecast.skip ?? ''), ...now, losses: forecast.losses };
  }
  dependencies.need(entry, kind.references(content));
  const planned =
    live === undefined
      ? itemOf(entry, 'create', 'is missing')
      : itemOf(entry, 'update', live.pristine ? 'replaces what Grafana made by itself' : 'differs from the snapshot');
  return { ...planned, ...now, losses: forecast.losses };
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

function isSameObject(request: PlanRequest, entry: ManifestEntry, live: Content): boolean {
  return entry.folderUid === live.folderUid && request.repository.objectId(canonicalJson(live.body)) === entry.object;
}

/** Who manages it, if somebody does. Provenance `api` only says that a program wrote it once. */
function managerOf(content: Content): string | undefined {
  const { managedBy, provenance } = content;
  if (managedBy !== undefined) {
    return managedBy.id === undefined ? managedBy.manager : `${managedBy.manager} (${managedBy.id})`;
  }
  return provenance === undefined || provenance === '' || provenance === 'api' ? undefined : provenance;
}

export function itemOf(entry: ManifestEntry, action: PlanAction, reason: string): PlannedItem {
  const { org, kind, uid, title, folder } = entry;
  return { org, kind, uid, title, folder, action, reason, losses: [], entry };
}
