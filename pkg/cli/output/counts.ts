import { followersInDiff, followersInPlan, followersInResults } from '../../contract/counts/followers.ts';
import type { ApplyResult, Diff, PlanItem } from '../../contract/plan.ts';
import { counted } from './output.ts';

/**
 * Counts the items of a plan as people do: permissions that follow their resource are said beside it.
 * @returns each name with its number, and the text about permissions that comes after it
 */
export function countPlan<T extends Pick<PlanItem, 'org' | 'kind' | 'uid' | 'action'>>(
  items: readonly T[],
  nameOf: (item: T) => string,
): [name: string, count: number, more: string][] {
  const followers = followersInPlan(items);
  const counts = new Map<string, [count: number, permissions: number]>();
  for (const item of items) {
    const name = nameOf(item);
    const [count, permissions] = counts.get(name) ?? [0, 0];
    counts.set(name, followers.has(item) ? [count, permissions + 1] : [count + 1, permissions]);
  }
  return [...counts].map(([name, [count, permissions]]) => [name, count, permissionsText(count, permissions)]);
}

/** “52 of 52 done and verified, with the permissions of 46 of them.” */
export function resultCount(
  results: readonly ApplyResult[],
  isDone: (result: ApplyResult) => boolean,
  items: readonly Pick<PlanItem, 'org' | 'kind' | 'uid' | 'action'>[],
): string {
  const followers = followersInResults(results, items);
  const done = results.filter(isDone);
  const permissions = done.filter((one) => followers.has(one)).length;
  const count = done.length - permissions;
  const more = permissions === 0 ? '' : `, with ${permissionsOf(count, permissions)}`;
  return `${count} of ${results.length - followers.size} done and verified${more}.`;
}

/** “removed: 2 resources and the permissions of 1 of them”, a line for each change that there is. */
export function diffCounts(diff: Diff): string[] {
  return (['added', 'changed', 'removed'] as const).flatMap((change) => {
    const items = diff[change].map((item) => ({ ...item, change }));
    const permissions = followersInDiff(items).size;
    const count = items.length - permissions;
    return items.length === 0 ? [] : `${change}: ${counted(count, 'resource')}${permissionsText(count, permissions)}`;
  });
}

/** “ and the permissions of 46 of them”; nothing where there are none. */
export function permissionsText(count: number, permissions: number): string {
  return permissions === 0 ? '' : ` and ${permissionsOf(count, permissions)}`;
}

function permissionsOf(count: number, permissions: number): string {
  return count === 1 ? 'its permissions' : `the permissions of ${permissions} of them`;
}
