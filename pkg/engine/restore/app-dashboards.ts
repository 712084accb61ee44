import type { ResourceRef } from '../../contract/kinds.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because, type Reason } from '../../contract/reasons/reason.ts';
import { isNotFound, isUnreadable } from '../../grafana/http/errors.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import type { Listed, WriteContext } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { liveWithApp, pluginDashboards } from '../../grafana/kinds/server/plugin-dashboards.ts';
import { valueIf } from '../../lib/expected-errors.ts';
import { isWritten } from './apply/attempt.ts';
import { contentFingerprint } from './apply/change-log.ts';
import { deletedWithOwner } from './plan/owned-resources.ts';
import type { Planning } from './plan/planning.ts';
import { keyOf, targetOf } from './target.ts';
import type { Plan, PlannedItem } from './types.ts';

/**
 * Plans to delete the dashboards that Grafana deletes or replaces when apps are disabled or enabled, before that, so
 * that each is checked and recorded. Items of the plan that write these dashboards, or what Grafana deletes with them,
 * create them afterwards.
 * @returns the deletions of dashboards that the plan does not write
 */
export async function planWithApps(planning: Planning, items: PlannedItem[]): Promise<PlannedItem[]> {
  const deletions: PlannedItem[] = [];
  for (const item of items.filter(isWritten)) {
    const { org } = targetOf(item);
    const home = planning.request.instance.orgs.find(({ id }) => id === org);
    const lost = planning.deletes.get(keyOf(targetOf(item)));
    for (const listed of (home && lost?.dashboards) ?? []) {
      try {
        const deletion = home && lost && (await deletionOf(planning, planning.contextIn(home), item, listed, lost.why));
        if (deletion !== undefined && !(await createsAfterwards(planning, items, deletion))) {
          deletions.push(deletion);
        }
      } catch (error) {
        if (!isUnreadable(error)) {
          throw error;
        }
        Object.assign(item, {
          ...{ action: 'blocked', security: [] },
          ...because(reason('live-unreadable', { message: error.message })),
        });
      }
    }
  }
  return deletions;
}

async function deletionOf(
  { request }: Planning,
  context: WriteContext,
  { org, uid: app, targetOrg }: PlannedItem,
  listed: Listed,
  why: Reason,
): Promise<PlannedItem | undefined> {
  const kind = kindOf('dashboard');
  const live = await liveWithApp(context, listed);
  return live === undefined
    ? undefined
    : {
        ...{ org, kind: kind.name, uid: listed.uid, title: live.title, folder: await folderOf(context, live) },
        ...{ action: 'delete', ...because(why), losses: [], security: [], app },
        ...(targetOrg === undefined ? {} : { targetOrg }),
        live: contentFingerprint(request.repository, kind, live),
      };
}

/** Has items write what is deleted, even if it is as in the snapshot. @returns whether the plan writes the dashboard */
async function createsAfterwards(
  { request }: Planning,
  items: readonly PlannedItem[],
  { app, code, params, reason: why, ...deletion }: PlannedItem,
): Promise<boolean> {
  const key = keyOf(targetOf(deletion));
  const own = items.find((item) => keyOf(targetOf(item)) === key && mayBeWritten(item));
  for (const item of own === undefined ? [] : items.filter(mayBeWritten)) {
    const owner = item.entry && (await deletedWithOwner(request, item.entry));
    if (item === own || (owner !== undefined && keyOf({ ...owner, org: targetOf(item).org }) === key)) {
      const isSame = item.action === 'unchanged';
      Object.assign(item, { app, ...(isSame ? { action: 'update', reason: why, code, params } : {}) });
    }
  }
  return own !== undefined;
}

function mayBeWritten(item: PlannedItem): boolean {
  return isWritten(item) || item.action === 'unchanged';
}

async function folderOf(context: WriteContext, { folderUid: uid }: Content): Promise<string> {
  const folder = uid === undefined ? undefined : await kindOf('folder').read(context, { uid, title: uid });
  return folder?.title ?? '';
}

/** Whether an item deletes what is live, even if it creates it again afterwards. */
export function isDeletion({ action, kind, app }: Pick<PlannedItem, 'action' | 'kind' | 'app'>): boolean {
  return action === 'delete' || (kind === 'dashboard' && app !== undefined);
}

/**
 * Whether Grafana imported a dashboard because a restore of this snapshot enabled its app and was cut off before it
 * wrote its own, and no one has changed it.
 */
export async function isLeftImport(
  earlier: Planning['earlier'],
  ref: ResourceRef,
  { managedBy, facts }: Content,
): Promise<boolean> {
  const isAsImported = ref.kind === 'dashboard' && managedBy?.manager === 'plugin' && facts?.['version'] === 1;
  return isAsImported && (await earlier.cutOff(ref)) !== undefined;
}

/** Whether other items are about the same resource. */
export function isAmong(item: PlannedItem, others: readonly PlannedItem[]): boolean {
  const key = keyOf(targetOf(item));
  return others.some((other) => keyOf(targetOf(other)) === key);
}

/**
 * A dashboard that Grafana imported because the plan enabled its app; undefined for others.
 * @param isMissing - whether there was none before
 */
export async function importedWithApp(
  { items }: Pick<Plan, 'items'>,
  context: WriteContext,
  item: PlannedItem,
  isMissing: boolean,
): Promise<Content | undefined> {
  const { org, uid } = targetOf(item);
  const isApp = (one: PlannedItem): boolean =>
    one.kind === 'plugin-settings' && one.action === 'update' && targetOf(one).org === org;
  const apps = item.kind === 'dashboard' && isMissing ? items.filter(isApp).map((one) => one.uid) : [];
  const live = apps.length === 0 ? undefined : await kindOf('dashboard').read(context, { uid, title: item.title });
  if (live === undefined || (live.managedBy?.manager === 'plugin' && apps.includes(live.managedBy.id ?? ''))) {
    return live;
  }
  for (const app of apps) {
    // Before Grafana 12 only this says so; the app is disabled where it is not found.
    const imported = await pluginDashboards(context, app).catch(valueIf(isNotFound, []));
    if (imported.some((one) => one.uid === uid)) {
      return live;
    }
  }
  return undefined;
}
