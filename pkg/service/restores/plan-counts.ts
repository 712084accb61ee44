import type { RestorePlan } from '../../contract/api/restores.ts';
import { followersInPlan, followersInResults } from '../../contract/counts/followers.ts';
import type { ApplyResult, PlanItem } from '../../contract/plan.ts';

/** How many items of a plan have each action, and how many of these are permissions that follow something else. */
export function countActions(
  items: readonly Pick<PlanItem, 'org' | 'kind' | 'uid' | 'action'>[],
): Pick<RestorePlan, 'counts' | 'permissions'> {
  const counts = { create: 0, update: 0, unchanged: 0, skip: 0, blocked: 0, delete: 0 };
  items.forEach(({ action }) => counts[action]++);
  return { counts, permissions: tally([...followersInPlan(items)].map(({ action }) => action)) };
}

/** How many results have each outcome, and how many of these are of permissions that follow something else. */
export function countOutcomes(
  results: readonly ApplyResult[],
  items: Parameters<typeof countActions>[0],
): Pick<RestorePlan, 'outcomes' | 'permissionOutcomes'> {
  const outcomesOf = (some: Iterable<ApplyResult>) => tally([...some].map(({ outcome }) => outcome));
  return { outcomes: outcomesOf(results), permissionOutcomes: outcomesOf(followersInResults(results, items)) };
}

function tally<K extends string>(names: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const name of names) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** What a plan takes for unchanged because it was when the last backup read it. */
export function asReadOf(items: readonly PlanItem[]): RestorePlan['asRead'] {
  const times = items.flatMap(({ code, params }) => (code === 'same-as-read' ? (params['time'] ?? []) : []));
  const [oldest] = times.sort();
  return oldest === undefined ? undefined : { count: times.length, oldest };
}
