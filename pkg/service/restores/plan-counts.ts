import type { RestorePlan } from '../../contract/api/restores.ts';
import { followersInPlan } from '../../contract/followers.ts';
import type { PlanItem } from '../../contract/plan.ts';

/** How many items of a plan have each action, and how many of these are permissions that follow something else. */
export function countActions(
  items: readonly Pick<PlanItem, 'org' | 'kind' | 'uid' | 'action'>[],
): Pick<RestorePlan, 'counts' | 'permissions'> {
  const counts = { create: 0, update: 0, unchanged: 0, skip: 0, blocked: 0, delete: 0 };
  items.forEach(({ action }) => counts[action]++);
  const permissions: NonNullable<RestorePlan['permissions']> = {};
  for (const { action } of followersInPlan(items)) {
    permissions[action] = (permissions[action] ?? 0) + 1;
  }
  return { counts, permissions };
}
