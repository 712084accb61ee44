import { compact } from '../../../contract/compact.ts';
import type { ApplyResult } from '../../../contract/plan.ts';
import type { OnProgress, ProgressCounter } from '../../progress.ts';
import { keyOf } from '../target.ts';
import type { PlannedItem } from '../types.ts';
import { isWritten } from './attempt.ts';

/** The first of two steps of a restore, as the backup counts it; what that waits for stays as it is. */
export function savingProgress(report: OnProgress | undefined): OnProgress | undefined {
  return (
    report &&
    (({ step, ...progress }) => {
      const { done, total } = progress;
      const phase = step === undefined || progress.phase === step.name ? 'saving' : progress.phase;
      const known = compact({ total, secondsLeft: step?.secondsLeft && progress.secondsLeft });
      report({ ...progress, phase, step: { name: 'saving', number: 1, of: 2, done, ...known } });
    })
  );
}

/** Begins to count what is written of the items. */
export function started(progress: ProgressCounter, items: readonly PlannedItem[]): ProgressCounter {
  const total = items.filter(isCounted).length;
  progress.phase('restoring', { number: 2, of: 2, total });
  progress.total(total);
  return progress;
}

/** Counts again what is left of a plan, as what a part of it writes is known only when that part is next. */
export function recount(
  progress: ProgressCounter,
  items: readonly PlannedItem[],
  part: readonly PlannedItem[],
  results: readonly ApplyResult[],
): void {
  const known = new Set([...part, ...results].map(keyOf));
  progress.left([...part, ...items.filter((item) => !known.has(keyOf(item)))].filter(isCounted).length);
}

function isCounted({ action }: PlannedItem): boolean {
  return isWritten({ action }) || action === 'delete';
}
