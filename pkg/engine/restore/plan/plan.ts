import { compact } from '../../../contract/compact.ts';
import { append } from '../../../lib/append.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { byWriteOrder } from '../../../contract/kinds.ts';
import type { ReasonCode } from '../../../contract/reasons/catalogue.ts';
import { assertMember } from '../../../grafana/closed-orgs.ts';
import type { WriteContext } from '../../../grafana/kinds/kind.ts';
import { kindOf, KINDS } from '../../../grafana/kinds/registry.ts';
import { ProgressCounter } from '../../progress.ts';
import { sourceOf } from '../content.ts';
import { writeContext } from '../context.ts';
import { DataSourceMap } from '../mapping/data-source-map.ts';
import { Dependencies } from './dependencies.ts';
import { keyOf, targetOf } from '../target.ts';
import { PlannedMemberships } from '../access/memberships.ts';
import { reportTakenAccess } from '../access/taken-access.ts';
import { OpenedPlaces } from '../access/opened-places.ts';
import { missingRules } from './linked-rules.ts';
import { planKind } from './kind.ts';
import { isDeferred, itemOf, managersOf, type Planning } from './planning.ts';
import { EarlierRestores } from './earlier-restores.ts';
import { confirmationFor } from './confirmation.ts';
import { Promotion } from './promotion.ts';
import { planRemovals } from './removals.ts';
import { select } from './selection.ts';
import { isAmong, planWithApps } from '../app-dashboards.ts';
import { planSetAside } from '../set-aside.ts';
import { suppliedTo } from '../apply/secrets.ts';
import { Remap } from '../mapping/remap.ts';
import { outOfReach, refusedByOrg } from '../mapping/same-org.ts';
import type { Deferred, MissingDependency, Plan, PlannedItem, PlanRequest } from '../types.ts';

/**
 * What a restore would do, found out by reads only: no write is sent, not even one that claims to be dry.
 * Reads every object that would be written, so that a damaged repository is found before anything is touched; of bodies
 * that are deferred it asks only whether they are there.
 * @param adjust - may pass over what was planned, before it is said what the plan as a whole changes.
 * @throws DK_OBJECT_MISSING, DK_OBJECT_DAMAGED, or what reading Grafana throws; DK_GRAFANA_FORBIDDEN only where it
 * shows nothing of the selection; DK_GRAFANA_REFUSED as `assertMember`.
 */
export async function planRestore(
  asked: PlanRequest,
  adjust?: (item: PlannedItem, planning: Planning, items: readonly PlannedItem[]) => Promise<void>,
): Promise<Plan> {
  refuseContradictions(asked);
  const progress = new ProgressCounter(asked.clock, asked.onProgress);
  // Where this is a part of a restore, that reports what it waits for.
  const request = { onWait: (what: string | undefined) => progress.waitingFor(what), ...asked };
  const { entries: selected, along, parts } = await select(request);
  progress.phase('planning', { number: 1, of: 1, total: selected.length });
  progress.total(selected.length);
  const dataSources = await DataSourceMap.make(request, selected);
  const mapping = new Remap(request, selected, dataSources, parts);
  const places = selected.map((entry) => ({ org: mapping.orgOf(entry), kind: entry.kind }));
  await assertMember(request.instance, places, request.signal);
  const promotion = request.options.promote === true ? new Promotion(request) : undefined;
  const contexts = new Map<number, WriteContext>();
  const memberships = new PlannedMemberships(request);
  const planning: Planning = {
    ...compact({ promotion }),
    request,
    contextIn(org) {
      const context = contexts.get(org.id) ?? writeContext({ ...request, expectedUsers: memberships.expected }, org);
      contexts.set(org.id, context);
      return context;
    },
    mapping,
    dataSources,
    dependencies: new Dependencies(request, mapping),
    managers: managersOf(request, mapping),
    earlier: new EarlierRestores(request),
    places: new OpenedPlaces(request),
    memberships,
    live: new Map(),
    unchanged: new Set(),
    created: new Set(),
    deletes: new Map(),
    recreated: new Set(),
    along,
    parts,
    progress,
  };
  const items: PlannedItem[] = [];
  const placed = selected.filter((entry) => {
    const why = refusedByOrg(request, entry);
    if (why !== undefined) {
      items.push(itemOf(entry, 'blocked', why));
    }
    return why === undefined;
  });
  for (const org of new Set(placed.map((entry) => mapping.orgOf(entry)))) {
    const home = request.instance.orgs.find((candidate) => candidate.id === org);
    for (const kind of KINDS) {
      const entries = placed.filter((entry) => mapping.orgOf(entry) === org && entry.kind === kind.name);
      if (entries.length === 0) {
        continue;
      }
      const planned =
        home === undefined
          ? entries.map((entry) => itemOf(entry, 'blocked', outOfReach(request.instance, org)))
          : await planKind(planning, home, kind, entries);
      append(
        items,
        planned.sort((a, b) => (a.uid < b.uid ? -1 : 1)),
      );
    }
  }
  const supplied = suppliedTo(request.options.secrets, items);
  const { refused } = planning;
  if (refused !== undefined && items.every(({ action, code }) => action === 'skip' || code === 'live-unreadable')) {
    throw refused;
  }
  items.forEach((item) => dropCreatedMembers(item, memberships));
  const needed = await planning.dependencies.settle(items);
  const linked = await missingRules(planning, items);
  const isApp = ({ kind }: PlannedItem): boolean => kind === 'plugin-settings';
  await Promise.all(items.filter(isApp).map((item) => adjust?.(item, planning, items)));
  await Promise.all(items.filter((item) => !isApp(item)).map((item) => adjust?.(item, planning, items)));
  const withApps = await planWithApps(planning, items);
  if (request.deferBodies !== true) {
    await reportTakenAccess(planning, items);
  }
  await planning.places.report(items);
  await planSetAside(planning, items);
  const missing = withoutTwins([...needed, ...linked], items);
  const deferred = await deferredBodies(planning, items, linked);
  const extra =
    request.options.deleteExtra === true ? await planRemovals(request, mapping, items, promotion) : { items: [] };
  const deletions = [...withApps, ...extra.items.filter((item) => !isAmong(item, withApps))];
  const all = [...items.filter((item) => !isAmong(item, withApps)).sort(byWriteOrder), ...deletions];
  const confirm = confirmationFor(request, all, extra.folders);
  return compact({
    snapshot: request.manifest.id,
    items: all,
    missing,
    dataSources: dataSources.used(),
    supplied,
    mapping,
    confirm,
    deferred,
    anyLeaves: memberships.anyLeaves || undefined,
  });
}

/** A team does not lack the members whom the same plan creates, nor permissions their users. */
function dropCreatedMembers(item: PlannedItem, memberships: PlannedMemberships): void {
  const { losses, lost = [] } = item;
  const { org } = targetOf(item);
  const stays = lost.map(({ code, params }) => !isMissing(code) || !memberships.creates(org, params['login'] ?? ''));
  if (stays.includes(false)) {
    const at = (_: unknown, index: number): boolean => stays[index] === true;
    Object.assign(item, { losses: losses.filter(at), lost: lost.filter(at) });
  }
}

function isMissing(code: string): boolean {
  return code === ('member-lost' satisfies ReasonCode) || code === ('permission-lost' satisfies ReasonCode);
}

/** @throws DK_OBJECT_MISSING when a body that is to be read later is not there. */
async function deferredBodies(
  planning: Planning,
  items: PlannedItem[],
  linked: readonly MissingDependency[],
): Promise<Deferred | undefined> {
  const { request, dependencies, dataSources } = planning;
  const later = items.filter((item) => item.action === 'create' && isDeferred(request, item.kind, item.live));
  if (later.length === 0) {
    return undefined;
  }
  await requireObjects(request, later);
  const among = new Set(later);
  return {
    need(item, content) {
      if (among.has(item)) {
        dependencies.need(targetOf(item), kindOf(item.kind).references(content));
      }
    },
    async settle(plan) {
      // What the others need was settled before they were written.
      plan.missing = withoutTwins(
        [...plan.missing, ...(await dependencies.settle(plan.items, later)), ...linked],
        plan.items,
      );
      plan.dataSources = dataSources.used();
    },
  };
}

/** Each once, and none that was chosen and is blocked: choosing it again would not help. */
function withoutTwins(missing: readonly MissingDependency[], items: readonly PlannedItem[]): MissingDependency[] {
  const blocked = new Set(items.filter(({ action }) => action === 'blocked').map(keyOf));
  return [...new Map(missing.map((one) => [keyOf(one), one])).values()].filter((one) => !blocked.has(keyOf(one)));
}

/** Looks whether the bodies of items are there that nothing has read yet. @throws DK_OBJECT_MISSING */
export async function requireObjects(request: PlanRequest, items: readonly PlannedItem[]): Promise<void> {
  const { signal } = request;
  const repository = sourceOf(request);
  const objects = items.flatMap(({ entry }) => entry?.object ?? []);
  const [missing] = await repository.missingObjects(objects, { signal });
  if (missing !== undefined) {
    // Says it in the words that everybody says it in.
    await repository.getObject(missing, { signal });
  }
}

function refuseContradictions({ options, selection }: PlanRequest): void {
  const { deleteExtra, copy } = options;
  if (deleteExtra === true && (copy !== undefined || selection.only !== undefined)) {
    const other = copy === undefined ? 'individual resources' : 'copies';
    throw new DashkeepError('DK_USAGE', `you cannot delete extra resources when you restore ${other}`);
  }
}
