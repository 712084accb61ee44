import { append } from '../../lib/append.ts';
import { reason, type ReasonCode } from '../../contract/reasons/catalogue.ts';
import { because } from '../../contract/reasons/reason.ts';
import { isNotFound, isUnreadable } from '../../grafana/http/errors.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import type { Listed, WriteContext } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { pluginDashboards } from '../../grafana/kinds/server/plugin-dashboards.ts';
import { valueIf } from '../../lib/expected-errors.ts';
import { contentFingerprint } from './apply/change-log.ts';
import type { Planning } from './plan/planning.ts';
import { keyOf, targetOf } from './target.ts';
import type { Plan, PlannedItem } from './types.ts';

const CODE = 'deleted-with-app' satisfies ReasonCode;

/**
 * The deletions of dashboards that Grafana deletes when an app is disabled. They come before the app, so that each is
 * checked and recorded.
 */
export async function planDeletedWithApps(planning: Planning, items: PlannedItem[]): Promise<PlannedItem[]> {
  const deletions: PlannedItem[] = [];
  for (const item of items.filter(({ action }) => action === 'create' || action === 'update')) {
    const { org } = targetOf(item);
    const home = planning.request.instance.orgs.find(({ id }) => id === org);
    for (const listed of (home && planning.deletes.get(keyOf(targetOf(item)))) ?? []) {
      try {
        const deletion = home && (await deletionOf(planning, planning.contextIn(home), item, listed));
        append(deletions, deletion === undefined ? [] : [deletion]);
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
  { org, title, targetOrg }: PlannedItem,
  listed: Listed,
): Promise<PlannedItem | undefined> {
  const kind = kindOf('dashboard');
  const live = await kind.read(context, listed);
  return live === undefined
    ? undefined
    : {
        ...{ org, kind: kind.name, uid: listed.uid, title: live.title, folder: await folderOf(context, live) },
        ...{ action: 'delete', ...because(reason(CODE, { title })), losses: [], security: [] },
        ...(targetOrg === undefined ? {} : { targetOrg }),
        live: contentFingerprint(request.repository, kind, live),
      };
}

async function folderOf(context: WriteContext, { folderUid: uid }: Content): Promise<string> {
  const folder = uid === undefined ? undefined : await kindOf('folder').read(context, { uid, title: uid });
  return folder?.title ?? '';
}

/** Whether an item deletes a dashboard before its app is disabled, which one of `others` does, if given. */
export function isDeletedWithApp(
  { action, code, params }: Pick<PlannedItem, 'action' | 'code' | 'params'>,
  others?: readonly PlannedItem[],
): boolean {
  const isApp = ({ kind, title }: PlannedItem): boolean => kind === 'plugin-settings' && title === params['title'];
  return action === 'delete' && code === CODE && (others === undefined || others.some(isApp));
}

/** Whether other items are about the same resource. */
export function isAmong(item: PlannedItem, others: readonly PlannedItem[]): boolean {
  const key = keyOf(targetOf(item));
  return others.some((other) => keyOf(targetOf(other)) === key);
}

/** A dashboard that was missing and that Grafana imported because the plan enabled its app; undefined for others. */
export async function importedWithApp(
  { items }: Pick<Plan, 'items'>,
  context: WriteContext,
  item: PlannedItem,
): Promise<Content | undefined> {
  const { org, uid } = targetOf(item);
  const isApp = (one: PlannedItem): boolean =>
    one.kind === 'plugin-settings' && one.action === 'update' && targetOf(one).org === org;
  const apps = item.kind === 'dashboard' && item.live === undefined ? items.filter(isApp).map((one) => one.uid) : [];
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
