import { compact } from '../../../contract/compact.ts';
import type { OnProgress, ProgressCounter } from '../../progress.ts';
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
  const total = items.filter(({ action }) => isWritten({ action }) || action === 'delete').length;
  progress.phase('restoring', { number: 2, of: 2, total });
  progress.total(total);
  return progress;
}
