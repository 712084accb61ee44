import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { PlanAction } from '../../contract/plan.ts';
import type { Org } from '../../grafana/instance.ts';
import type { Content, Forecast, Kind, Restorable, WriteContext } from '../../grafana/kinds/kind.ts';
import { kindOf, KINDS } from '../../grafana/kinds/registry.ts';
import { ProgressCounter } from '../progress.ts';
import { writeContext } from './context.ts';
import { isRestored, outlineOf, storedContent } from './content.ts';
import { DataSourceMap } from './data-source-map.ts';
import { Dependencies, keyOf, targetOf } from './dependencies.ts';
import { markOf, markOfEntry } from './ledger.ts';
import { asListed, visitLive } from './live.ts';
import { confirmationFor, planRemovals } from './removals.ts';
import { select } from './selection.ts';
import { Translation } from './translation.ts';
import type { Deferred, Plan, PlannedItem, PlanRequest } from './types.ts';

/** Kinds whose secrets nobody can read: given ones are written even where all else is as it was. */
const HOLD_SECRETS: ReadonlySet<KindName> = new Set(['plugin-settings', 'data-source', 'contact-point']);

/** Kinds of many and big bodies, of which planning only needs to know what they use. */
const DEFERRABLE: ReadonlySet<KindName> = new Set(['dashboard']);

/**
 * What a restore would do, found out by reads only: no write is sent, not even one that claims to be dry.
 * Reads every object that would be written, so that a damaged repository is found before anything is touched; of bodies
 * that are deferred it asks only whether they are there.
 * @throws DK_OBJECT_MISSING, DK_OBJECT_DAMAGED, or what reading Grafana throws.
 */
export async function planRestore(request: PlanRequest): Promise<Plan> {
  refuseContradictions(request);
  const selected = await select(request);
  const progress = new ProgressCounter(request.clock, request.onProgress);
  progress.phase('planning');
  progress.total(selected.length);
  const dataSources = await DataSourceMap.make(request, selected);
  const translation = new Translation(request, selected, dataSources);
  const planning: Planning = {
    request,
    translation,
    dataSources,
    dependencies: new Dependencies(request),
    managers: managersOf(request, translation),
    progress,
  };
  const items: PlannedItem[] = [];
  for (const org of new Set(selected.map((entry) => translation.orgOf(entry)))) {
    const home = request.instance.orgs.find((candidate) => candidate.id === org);
    for (const kind of KINDS) {
      const entries = selected.filter((entry) => translation.orgOf(entry) === org && entry.kind === kind.name);
      if (entries.length === 0) {
        continue;
      }
      const planned =
        home === undefined
          ? entries.map((entry) => itemOf(entry, 'blocked', `org ${org} is not among the orgs of this run`))
          : await planKind(planning, home, kind, entries);
      items.push(...planned.sort((a, b) => (a.uid < b.uid ? -1 : 1)));
    }
  }
  const missing = await planning.dependencies.settle(items);
  const deferred = await deferredBodies(planning, items);
  const extra = request.options.deleteExtra === true ? await planRemovals(request, translation, items) : [];
  const confirm = confirmationFor(request, extra);
  return {
    snapshot: request.manifest.id,
    items: [...items.sort(byWriteOrder), ...extra],
    missing,
    dataSources: dataSources.used(),
    translation,
    ...(confirm === undefined ? {} : { confirm }),
    ...(deferred === undefined ? {} : { deferred }),
  };
}

/** @throws DK_OBJECT_MISSING when a body that is to be read later is not there. */
async function deferredBodies(planning: Planning, items: PlannedItem[]): Promise<Deferred | undefined> {
  const { request, dependencies, dataSources } = planning;
  const later = items.filter((item) => item.action === 'create' && isDeferred(request, item.kind, item.live));
  if (later.length === 0) {
    return undefined;
  }
  const objects = later.flatMap(({ entry }) => entry?.object ?? []);
  const [missing] = await request.repository.missingObjects(objects, { signal: request.signal });
  if (missing !== undefined) {
    // Says it in the words that everybody says it in.
    await request.repository.getObject(missing, { signal: request.signal });
  }
  return {
    need(item, content) {
      dependencies.need(targetOf(item), kindOf(item.kind).references(content));
    },
    async settle(plan) {
      plan.missing = await dependencies.settle(plan.items);
      plan.dataSources = dataSources.used();
    },
  };
}

function isDeferred(request: PlanRequest, kind: KindName, live: unknown): boolean {
  return live === undefined && request.deferBodies === true && DEFERRABLE.has(kind);
}

/** What belongs to one making of a plan. */
interface Planning {
  request: PlanRequest;
  translation: Translation;
  dataSources: DataSourceMap;
  dependencies: Dependencies;
  /** Who manages what, by key of the target: the permissions of a resource are planned after it. */
  managers: Map<string, string>;
  progress: ProgressCounter;
}

function refuseContradictions({ options, selection }: PlanRequest): void {
  const { deleteExtra, copy } = options;
  if (deleteExtra === true && (copy !== undefined || selection.only !== undefined)) {
    const other = copy === undefined ? 'single resources' : 'copies';
    throw new DashkeepError('DK_USAGE', `deleting what the snapshot lacks does not go with restoring ${other}`);
  }
}

function byWriteOrder(a: PlannedItem, b: PlannedItem): number {
  return a.org - b.org || KIND_NAMES.indexOf(a.kind) - KIND_NAMES.indexOf(b.kind);
}

async function planKind(planning: Planning, org: Org, kind: Kind, entries: ManifestEntry[]): Promise<PlannedItem[]> {
  const { request, translation, progress } = planning;
  const context = writeContext(request, org);
  const refusal = await refusalOf(request, kind, context);
  if (refusal !== undefined) {
    return entries.map((entry) => itemOf(entry, refusal.action, refusal.reason));
  }
  const items: PlannedItem[] = [];
  const byUid = new Map<string, ManifestEntry>();
  for (const entry of entries) {
    const passed = passedOver(planning, org, entry);
    const read = (): Promise<Content> => storedContent(request.repository, entry, request.signal);
    const uid = passed === undefined ? await translation.uidOf(entry, read) : '';
    if (passed !== undefined) {
      items.push(itemOf(entry, 'skip', passed));
    } else if (byUid.has(uid)) {
      items.push(itemOf(entry, 'blocked', `another org of the snapshot brings the same ${kind.name} to org ${org.id}`));
    } else {
      byUid.set(uid, entry);
    }
  }
  const wanted = [...byUid].map(([uid, entry]) => ({ ...asListed(entry), uid }));
  await visitLive({
    kind,
    context,
    wanted,
    total: request.manifest.kinds[kind.name]?.listed ?? entries.length,
    isSame(uid, live) {
      const entry = byUid.get(uid);
      return entry !== undefined && markOf(request.repository, kind, live) === markOfEntry(kind, entry);
    },
    async each(uid, live) {
      const entry = byUid.get(uid);
      if (entry !== undefined) {
        items.push({ ...(await planEntry(planning, kind, context, entry, uid, live)), ...goesTo(entry, org, uid) });
        progress.finished(kind.name, true);
      }
    },
  });
  return items;
}

/** Where it goes, when that is not where it was. */
function goesTo(entry: ManifestEntry, org: Org, uid: string): Pick<PlannedItem, 'targetOrg' | 'targetUid'> {
  return {
    ...(org.id === entry.org ? {} : { targetOrg: org.id }),
    ...(uid === entry.uid ? {} : { targetUid: uid }),
  };
}

/** Why an entry of the selection is not for writing at all. */
function passedOver({ translation, dataSources }: Planning, org: Org, entry: ManifestEntry): string | undefined {
  const standIn = entry.kind === 'data-source' ? dataSources.standIn(org.id, entry.uid) : undefined;
  if (standIn?.to !== undefined) {
    const why = standIn.by === 'choice' ? 'as chosen' : 'by name and type';
    return `the data source '${standIn.to.uid}' here is used in its place, ${why}`;
  }
  return translation.leftOut(entry);
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
      ...itemOf(entry, 'skip', `managed by ${manager}, which would undo it; --include-managed writes it`),
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
  const renewed = live !== undefined && !options.overwrite && (await isRenewed(request, kind, context, uid));
  if (live !== undefined && live.pristine === undefined && !renewed && !options.overwrite && !same) {
    return { ...itemOf(entry, 'skip', 'is there and differs; --overwrite replaces it'), ...now };
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
  return { ...planned, ...now, losses: forecast.losses };
}

/**
 * Whether something came with an owner that was made after the snapshot: then it says nothing that anybody chose. So the
 * permissions of a folder come back also when a restore was killed between the folder and them.
 */
async function isRenewed(request: PlanRequest, kind: Kind, context: WriteContext, uid: string): Promise<boolean> {
  if (kind.owner === undefined) {
    return false;
  }
  const owner = await kindOf(kind.owner).read(context, { uid, title: uid });
  return Date.parse(String(owner?.facts?.['created'] ?? '')) > Date.parse(request.manifest.finished);
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

/** Who manages what, as the snapshot says it; what is live says it better, where it is looked at. */
function managersOf({ manifest }: PlanRequest, translation: Translation): Map<string, string> {
  const managers = new Map<string, string>();
  for (const entry of manifest.resources) {
    const manager = managerOf(entry);
    if (manager !== undefined) {
      managers.set(keyOf({ org: translation.orgOf(entry), kind: entry.kind, uid: entry.uid }), manager);
    }
  }
  return managers;
}

/** Who manages it, if somebody does. Provenance `api` only says that a program wrote it once. */
function managerOf(content: Pick<Content, 'managedBy' | 'provenance'>): string | undefined {
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
