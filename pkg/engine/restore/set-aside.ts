import { compact } from '../../contract/compact.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { Touched } from '../../contract/runs.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because } from '../../contract/reasons/reason.ts';
import type { Org } from '../../grafana/instance.ts';
import { goesWith, kindOf } from '../../grafana/kinds/registry.ts';
import { groupBy } from '../../lib/group-by.ts';
import { publishedBy } from '../runs.ts';
import { isWritten } from './apply/attempt.ts';
import { storedContent } from './content.ts';
import { DataSourceMap } from './mapping/data-source-map.ts';
import { Remap } from './mapping/remap.ts';
import { isOwnersDefault } from './owners-default.ts';
import { planKind } from './plan/kind.ts';
import type { Planning } from './plan/planning.ts';
import { keyOf, targetOf } from './target.ts';
import type { PlannedItem, PlanRequest } from './types.ts';

/**
 * Has a plan bring back the permissions of dashboards that a restore of this snapshot deleted because it enabled or
 * disabled their app, and was to leave as they were: it was cut off before. They come from its safety snapshot, unless
 * someone has changed them since, or the plan itself overwrites them.
 */
export async function planSetAside(planning: Planning, items: PlannedItem[]): Promise<void> {
  const { request } = planning;
  const all = items.some(({ kind }) => kind === 'plugin-settings') ? await planning.earlier.setAside() : [];
  const missed = all.filter(
    ({ touched }) => ownerOf(items, touched) !== undefined && mayReplace(request, items, touched),
  );
  for (const [snapshot, ofRun] of groupBy(missed, (one) => one.snapshot)) {
    const manifest = await publishedBy(request.repository, snapshot, { signal: request.signal });
    const keys = new Set(ofRun.map(({ touched }) => keyOf(touched)));
    const planned = manifest === undefined ? [] : await planAsStored(planning, { ...request, manifest }, keys);
    for (const { org, item } of planned) {
      if (await isAsRecreated(planning, org, items, item)) {
        put(items, { ...item, ...because(reason('unfinished')) });
      }
    }
  }
}

/** The item of the dashboard that something belongs to, if the plan writes it or finds it as it should be. */
function ownerOf(items: readonly PlannedItem[], ref: ResourceRef): PlannedItem | undefined {
  const owner = goesWith(kindOf(ref.kind));
  const key = owner && keyOf({ ...ref, kind: owner });
  return items.find((item) => keyOf(targetOf(item)) === key && (isWritten(item) || item.action === 'unchanged'));
}

function mayReplace({ options }: PlanRequest, items: readonly PlannedItem[], ref: Touched): boolean {
  const item = items.find((one) => keyOf(targetOf(one)) === keyOf(ref));
  return item === undefined || item.action === 'skip' || (isWritten(item) && !options.overwrite);
}

/** Items that write resources of a safety snapshot to the letter. */
async function planAsStored(
  planning: Planning,
  { source: _, ...asked }: PlanRequest,
  keys: ReadonlySet<string>,
): Promise<{ org: Org; item: PlannedItem }[]> {
  const request = { ...asked, selection: {}, options: { overwrite: true, includeManaged: true } };
  const entries = request.manifest.resources.filter((entry) => keys.has(keyOf(entry)));
  const dataSources = await DataSourceMap.make(request, entries);
  const mapping = new Remap(request, entries, dataSources, new Map());
  const { promotion: __, ...rest } = planning;
  const own: Planning = { ...rest, request, mapping, dataSources, along: new Set(), parts: new Map() };
  const items: { org: Org; item: PlannedItem }[] = [];
  for (const org of request.instance.orgs) {
    const ofOrg = entries.filter((entry) => entry.org === org.id);
    for (const [name, ofKind] of groupBy(ofOrg, ({ kind }) => kind)) {
      for (const item of (await planKind(own, org, kindOf(name), ofKind)).filter(isWritten)) {
        const { entry } = item;
        const aside = entry && (await storedContent(request.repository, entry, request.signal));
        items.push({ org, item: compact({ ...item, aside }) });
      }
    }
  }
  return items;
}

/** Whether what is live is what Grafana gave to the dashboard when it was created again; or nothing is. */
async function isAsRecreated(
  { contextIn, earlier }: Planning,
  org: Org,
  items: readonly PlannedItem[],
  { kind: name, uid, live }: PlannedItem,
): Promise<boolean> {
  const [kind, context] = [kindOf(name), contextIn(org)];
  const now = live === undefined ? undefined : await kind.read(context, { uid, title: uid });
  if (now === undefined || (await isOwnersDefault(kind, context, uid, now))) {
    return true;
  }
  // If a client goes away, Grafana creates a dashboard without permissions.
  const owner = ownerOf(items, { org: org.id, kind: name, uid });
  return owner !== undefined && kind.isEmpty?.(now) === true && (await earlier.left(targetOf(owner)));
}

function put(items: PlannedItem[], item: PlannedItem): void {
  const at = items.findIndex((one) => keyOf(targetOf(one)) === keyOf(item));
  const app = ownerOf(items, item)?.app;
  items.splice(at < 0 ? items.length : at, at < 0 ? 0 : 1, { ...item, ...(app === undefined ? {} : { app }) });
}
