import { applyPrune, planPrune, type PrunePlan, type PruneResult } from '../repository/prune/prune.ts';
import { withLocksRenewed } from '../repository/sessions/locks.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/** Marks and removes what no snapshot needs. @throws DK_CONFIRMATION where that is most of it, and not confirmed */
export async function runPrune(
  { repository, randomness }: Pick<Session, 'repository' | 'randomness'>,
  { confirmed }: { confirmed: boolean },
  run: Run,
): Promise<RunOutcome<{ plan: PrunePlan; result: PruneResult }>> {
  const { signal } = run;
  const plan = await planPrune(repository, { signal });
  const result = await applyPrune(repository, plan, { randomness, signal, confirmed });
  const { removed, hidden, marked, runs, leftOvers, locked, failed } = result;
  const counts = { removed, hidden, marked, runs, leftOvers, locked, failed: failed.length };
  const status = failed.length === 0 ? 'complete' : 'partial';
  return withLocksRenewed(repository, { value: { plan, result }, status, counts, errors: [] }, run);
}
