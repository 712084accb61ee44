import type { Abortable } from '../lib/abortable.ts';
import {
  applyForget,
  deleteSnapshot,
  planForget,
  type ForgetPlan,
  type ForgetResult,
} from '../repository/snapshots/forget.ts';
import type { RetentionPolicy } from '../repository/snapshots/retention.ts';
import type { RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/** Removes the snapshots that no rule keeps. @throws DK_USAGE for a policy without rules */
export async function runForget(
  { repository }: Pick<Session, 'repository'>,
  policy: RetentionPolicy,
  { signal }: Abortable,
): Promise<RunOutcome<{ plan: ForgetPlan; result: ForgetResult }>> {
  const plan = await planForget(repository, policy, { signal });
  const result = await applyForget(repository, plan, { signal });
  const { forgotten, remaining } = result;
  const counts = { forgotten: forgotten.length, kept: plan.kept.length, remaining: remaining.length };
  const status = remaining.length === 0 ? 'complete' : 'partial';
  return { value: { plan, result }, status, counts, errors: [] };
}

/** Removes one snapshot, whatever the rules. @throws DK_NOT_FOUND, and where it must not go */
export async function runForgetOne(
  { repository }: Pick<Session, 'repository'>,
  { id, evenNewest }: { id: string; evenNewest: boolean },
  { signal }: Abortable,
): Promise<RunOutcome<undefined>> {
  await deleteSnapshot(repository, id, { evenNewest, signal });
  return { value: undefined, status: 'complete', counts: { forgotten: 1 }, errors: [] };
}
