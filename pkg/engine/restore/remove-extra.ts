import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { isJsonObject, numberAt } from '../../contract/json.ts';
import type { ApplyResult } from '../../contract/plan.ts';
import type { Org } from '../../grafana/instance.ts';
import type { Kind, KindContext } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { fingerprint } from './content.ts';
import { writeContext } from './context.ts';
import { targetOf } from './dependencies.ts';
import type { Plan, PlannedItem, PlanRequest } from './types.ts';

/** @throws DK_CONFIRMATION unless what the plan asks for was typed, letter for letter. */
export function requireConfirmation(plan: Plan, typed: string | undefined): void {
  const count = plan.items.filter(({ action }) => action === 'delete').length;
  if (plan.confirm !== undefined && plan.confirm !== typed) {
    throw new DashkeepError('DK_CONFIRMATION', `this deletes ${count} resources that the snapshot lacks`, {
      hint: `Type '${plan.confirm}' to confirm (--confirm).`,
    });
  }
}

/** Deletes what the plan says, one after another, and only what is still as it was when the plan was made. */
export async function removeExtra(request: PlanRequest, plan: Plan): Promise<ApplyResult[]> {
  const results: ApplyResult[] = [];
  for (const item of plan.items.filter(({ action }) => action === 'delete')) {
    request.signal.throwIfAborted();
    const org = request.instance.orgs.find(({ id }) => id === targetOf(item).org);
    if (org !== undefined) {
      results.push(await removeOne(request, kindOf(item.kind), org, item));
    }
  }
  return results;
}

async function removeOne(request: PlanRequest, kind: Kind, org: Org, item: PlannedItem): Promise<ApplyResult> {
  const context = writeContext(request, org);
  const { uid, title } = item;
  const result = { org: item.org, kind: kind.name, uid, title };
  try {
    const live = await kind.read(context, { uid, title });
    if (live === undefined) {
      return { ...result, outcome: 'deleted', reason: 'was gone already' };
    }
    if (fingerprint(kind, live) !== item.live) {
      return { ...result, outcome: 'failed', reason: 'somebody changed it since the plan was made; it was left alone' };
    }
    if (kind.name === 'folder' && (await isFilled(context, uid))) {
      return { ...result, outcome: 'failed', reason: 'the folder is not empty; it was left alone' };
    }
    await kind.remove?.(context, uid);
    const left = await kind.read(context, { uid, title });
    return left === undefined
      ? { ...result, outcome: 'deleted', reason: '' }
      : { ...result, outcome: 'failed', reason: 'was deleted and is still there' };
  } catch (error) {
    request.signal.throwIfAborted();
    return { ...result, outcome: 'failed', reason: reasonOf(error) };
  }
}

/** Grafana deletes a folder with all that is in it, so it must say itself that there is nothing. */
export async function isFilled(context: KindContext, uid: string): Promise<boolean> {
  const path = `/api/folders/${encodeURIComponent(uid)}/counts`;
  const counts = await context.grafana.get(path, { signal: context.signal });
  return !isJsonObject(counts) || Object.keys(counts).some((kind) => numberAt(counts, kind) !== 0);
}
