import type { PruneResult } from '../repository/prune/prune.ts';
import type { RunOutcome } from './run.ts';

/** What the run record says about a prune. */
export function pruneOutcome(result: PruneResult): RunOutcome<PruneResult> {
  const { removed, hidden, marked, runs, leftOvers, locked, failed } = result;
  return {
    value: result,
    status: failed.length === 0 ? 'complete' : 'partial',
    counts: { removed, hidden, marked, runs, leftOvers, locked, failed: failed.length },
    errors: [],
  };
}
