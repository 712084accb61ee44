import { append } from '../../../lib/append.ts';
import { isJsonObject, numberAt } from '../../../lib/json/json.ts';
import type { ResourceRef } from '../../../contract/kinds.ts';
import type { ApplyResult } from '../../../contract/plan.ts';
import type { Touched } from '../../../contract/runs.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because, reasonFrom } from '../../../contract/reasons/reason.ts';
import type { Org } from '../../../grafana/instance.ts';
import type { Kind, KindContext } from '../../../grafana/kinds/kind.ts';
import { goesWith, kindOf, KINDS } from '../../../grafana/kinds/registry.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import type { ProgressCounter } from '../../progress.ts';
import { writeContext } from '../context.ts';
import { targetOf } from '../target.ts';
import { markOf, type ChangeLog } from './change-log.ts';
import type { Plan, PlannedItem, PlanRequest } from '../types.ts';

const DELETES_AT_ONCE = 8;

/**
 * Deletes what the plan says, kind by kind in its order, and only what is still as it was when the plan was made.
 * Folders go one after another, for one may lie in the other.
 */
export async function removeExtra(
  request: PlanRequest,
  plan: Plan,
  changeLog: ChangeLog,
  progress: ProgressCounter,
): Promise<ApplyResult[]> {
  const results: ApplyResult[] = [];
  const deleting = plan.items.filter(({ action }) => action === 'delete');
  for (const org of request.instance.orgs) {
    const ofOrg = deleting.filter((item) => targetOf(item).org === org.id);
    for (const name of new Set(ofOrg.map((item) => item.kind))) {
      const kind = kindOf(name);
      const items = ofOrg.filter((item) => item.kind === name);
      const atOnce = kind.writes === 'serial' || name === 'folder' ? 1 : DELETES_AT_ONCE;
      const removed = await mapConcurrently(atOnce, items, async (item) => {
        request.signal.throwIfAborted();
        const result = await removeOne(request, kind, org, item, changeLog);
        progress.finished(name, result.outcome === 'deleted');
        return result;
      });
      append(results, removed);
    }
  }
  return results;
}

async function removeOne(
  request: PlanRequest,
  kind: Kind,
  org: Org,
  item: PlannedItem,
  changeLog: ChangeLog,
): Promise<ApplyResult> {
  const context = writeContext(request, org);
  const { uid, title } = item;
  const result = { org: item.org, kind: kind.name, uid, title };
  try {
    const live = await kind.read(context, { uid, title });
    if (live === undefined) {
      return { ...result, outcome: 'deleted', ...because(reason('gone-before')) };
    }
    if (markOf(request.repository, kind, live) !== item.live) {
      return { ...result, outcome: 'failed', ...because(reason('changed-since-plan-kept')) };
    }
    if (kind.name === 'folder' && (await isFilled(context, uid))) {
      return { ...result, outcome: 'failed', ...because(reason('folder-filled')) };
    }
    const gone = deletedWith(kind, { org: org.id, kind: kind.name, uid });
    gone.forEach((one) => changeLog.put(one));
    await kind.remove?.(context, uid);
    const left = await kind.read(context, { uid, title });
    if (left === undefined) {
      return { ...result, outcome: 'deleted', ...because(reason('as-planned')) };
    }
    gone.forEach((one) => changeLog.drop(one));
    return { ...result, outcome: 'failed', ...because(reason('still-there')) };
  } catch (error) {
    request.signal.throwIfAborted();
    return { ...result, outcome: 'failed', ...because(reasonFrom(error)) };
  }
}

/** A resource, and what is deleted together with it under the same uid. */
export function deletedWith({ name }: Kind, { org, uid }: ResourceRef): Touched[] {
  const along = KINDS.filter((kind) => goesWith(kind) === name);
  return [name, ...along.map((kind) => kind.name)].map((kind) => ({ org, kind, uid, did: 'deleted' }));
}

/** Grafana deletes a folder with all that is in it, so it must say itself that there is nothing. */
export async function isFilled(context: KindContext, uid: string): Promise<boolean> {
  const path = `/api/folders/${encodeURIComponent(uid)}/counts`;
  const counts = await context.grafana.get(path, { signal: context.signal });
  return !isJsonObject(counts) || Object.keys(counts).some((kind) => numberAt(counts, kind) !== 0);
}
