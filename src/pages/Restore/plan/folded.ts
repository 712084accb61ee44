import type { PlanAction } from '../../../../pkg/contract/plan.ts';

/** Every action but unchanged. */
export const CHANGING: readonly PlanAction[] = ['create', 'update', 'delete', 'skip', 'blocked'];

/** How many unchanged resources a plan folds away: none where there is nothing else, or where a filter is set. */
export function foldedCount(counts: Partial<Record<PlanAction, number>>, filter: string): number {
  return filter === '' && CHANGING.some((action) => (counts[action] ?? 0) > 0) ? (counts.unchanged ?? 0) : 0;
}
