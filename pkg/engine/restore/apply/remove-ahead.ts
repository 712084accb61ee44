import type { ApplyResult } from '../../../contract/plan.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { kindOf } from '../../../grafana/kinds/registry.ts';
import { ProgressCounter } from '../../progress.ts';
import { isDeletion } from '../app-dashboards.ts';
import { writeContext } from '../context.ts';
import { keyOf, targetOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { isWritten, type Applying } from './attempt.ts';
import { expectedRemovals } from './expected-writes.ts';
import { removeExtra } from './remove-extra.ts';

/**
 * Deletes what Grafana would delete or replace, without a check or a record, when these items enable or disable apps.
 * @returns results of what is not created again
 * @throws DK_GRAFANA_UNAUTHORIZED
 */
export async function removeAhead(
  { request, plan, changeLog, progress, removed }: Applying,
  org: Org,
  items: readonly PlannedItem[],
): Promise<ApplyResult[]> {
  const apps = new Set(items.filter(({ kind }) => kind === 'plugin-settings').map(({ uid }) => uid));
  const withApps = plan.items.filter((one) => targetOf(one).org === org.id && apps.has(one.app ?? ''));
  const deletions = withApps.filter(isDeletion);
  const again = deletions
    .filter(isWritten)
    .map((one): PlannedItem => ({ ...one, uid: targetOf(one).uid, action: 'delete' }));
  const others = deletions.filter((one) => !isWritten(one));
  const permissions = kindOf('dashboard-permissions');
  const kept = new Map<string, Content>();
  for (const { uid, title } of again) {
    const ref = { org: org.id, kind: permissions.name, uid };
    const isPlanned = plan.items.some((one) => isWritten(one) && keyOf(targetOf(one)) === keyOf(ref));
    const own = isPlanned ? undefined : await permissions.read(writeContext(request, org), { uid, title });
    if (own !== undefined) {
      kept.set(uid, own);
      changeLog.setAside(ref);
    }
  }
  await changeLog.intend(expectedRemovals([...again, ...others]));
  // Those are counted when they are written.
  await removeExtra(request, again, changeLog, new ProgressCounter(request.clock, undefined));
  for (const one of withApps.filter((item) => changeLog.hasDeleted(targetOf(item)))) {
    removed.set(one, one.kind === 'dashboard' ? kept.get(targetOf(one).uid) : undefined);
  }
  return removeExtra(request, others, changeLog, progress);
}
