import type { RetentionSettings } from '../contract/api/settings.ts';
import { reason } from '../contract/reasons/catalogue.ts';
import { judgedAgain } from '../engine/backup/losses/earlier.ts';
import type { Abortable } from '../lib/abortable.ts';
import {
  applyForget,
  deleteSnapshot,
  planForget,
  type ForgetPlan,
  type ForgetResult,
} from '../repository/snapshots/forget.ts';
import { explained, type RetentionPolicy } from '../repository/snapshots/retention.ts';
import type { RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/** The policy that rules mean; undefined when no rule is set, which means that everything stays. */
export function policyOf({ keepWithin, ...counts }: RetentionSettings, timeZone: string): RetentionPolicy | undefined {
  if (keepWithin === '' && Object.values(counts).every((count) => count === 0)) {
    return undefined;
  }
  return { ...counts, ...(keepWithin === '' ? {} : { keepWithin }), timeZone };
}

/**
 * What the rules would remove: nothing while much is missing from the latest backup, also where only keys that were
 * trusted after it show that. Reads only.
 * @throws DK_USAGE for a policy without rules
 */
export async function forgetPlan(
  { repository, log }: Pick<Session, 'repository' | 'log'>,
  policy: RetentionPolicy,
  { signal }: { signal: AbortSignal },
): Promise<ForgetPlan> {
  const plan = await planForget(repository, policy, { signal });
  if (plan.forgotten.length === 0) {
    return plan;
  }
  const { manifest } = await repository.stored('latest', { signal });
  const { id, shrunk } = await judgedAgain({ repository, log, signal }, manifest);
  if (shrunk === undefined) {
    return plan;
  }
  const why = explained([reason('kept-until-accepted', { snapshot: id })]);
  return { ...plan, kept: [...plan.kept, ...plan.forgotten.map((one) => ({ ...one, ...why }))], forgotten: [] };
}

/** Removes the snapshots that no rule keeps. @throws DK_USAGE for a policy without rules */
export async function runForget(
  session: Pick<Session, 'repository' | 'log'>,
  policy: RetentionPolicy,
  { signal }: { signal: AbortSignal },
): Promise<RunOutcome<{ plan: ForgetPlan; result: ForgetResult }>> {
  const { repository } = session;
  const plan = await forgetPlan(session, policy, { signal });
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
