import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import { followersInPlan, followersInResults } from '../contract/counts/followers.ts';
import type { ApplyResult } from '../contract/plan.ts';
import { permissionsName } from '../contract/counts/run-counts.ts';
import { reason, type ReasonCode } from '../contract/reasons/catalogue.ts';
import { lackingAccounts } from '../engine/restore/access/missing-accounts.ts';
import { restore } from '../engine/restore/restore.ts';
import type { Plan, PlannedItem, PlanRequest, Restored, RunFacts } from '../engine/restore/types.ts';
import { groupBy } from '../lib/group-by.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

export interface RestoreChoice {
  /** What the plan was computed from, with a connected Grafana. */
  request: PlanRequest;
  plan: Plan;
  safetySnapshot: boolean;
  /** What was typed to confirm the plan. */
  confirm?: string;
}

/**
 * Applies a plan of a restore, or of an undo.
 * @throws DK_CONFIRMATION, DK_BUSY; of the target, with the way to restore if it takes no safety snapshot
 */
export async function runRestore(
  { version, randomness }: Pick<Session, 'version' | 'randomness'>,
  { request, ...choice }: RestoreChoice,
  { id, ...run }: Omit<Run, 'trigger'>,
): Promise<RunOutcome<Restored>> {
  const { undoes } = choice.plan;
  if (undoes !== undefined) {
    run.note({ undoes });
  }
  let isBefore = choice.safetySnapshot;
  const note = (facts: RunFacts): void => {
    isBefore &&= facts.snapshot === undefined;
    run.note(facts);
  };
  try {
    const options = { ...request, ...choice, ...run, note, run: id, version, randomness };
    return restoreOutcome(await restore(options), choice.plan, request.options);
  } catch (error) {
    throw isBefore && isRefusal(error)
      ? new DashkeepError(error.code, error.message, { cause: error, advice: reason('without-safety-snapshot') })
      : error;
  }
}

/** Whether the target is full or cannot be written; not that it is busy, which passes. */
function isRefusal(error: unknown): error is DashkeepError {
  const isStores = error instanceof DashkeepError && ['DK_STORE_FAILED', 'DK_STORE_DENIED'].includes(error.code);
  return isStores && error.advice?.code !== 'wait-for-target';
}

/** What an earlier restore had begun, and what no one decided: Grafana did not show it, or the plan could not. */
const LEFT: ReadonlySet<string> = new Set<ReasonCode>(['kept-unfinished', 'live-unreadable', 'security-unseen']);

/**
 * What the run record says about a restore. One from which anything was blocked is partial, and so is a restore that
 * leaves something which an earlier one had begun, or could not restore without an account.
 */
export function restoreOutcome(
  restored: Restored,
  { undoes, items }: Plan,
  options: { promote?: boolean } = {},
): RunOutcome<Restored> {
  const counts = { verified: 0, differs: 0, failed: 0, deleted: 0, skipped: 0 };
  for (const { outcome } of restored.results) {
    counts[outcome]++;
  }
  const bad = restored.results.filter(({ outcome }) => outcome === 'failed' || outcome === 'differs');
  const isLeft = ({ action, code }: PlannedItem): boolean =>
    action === 'blocked' || (undoes === undefined && LEFT.has(code));
  const left = [...items.filter(isLeft), ...lackingAccounts(items, options)];
  const isRole = ({ code }: ApplyResult): boolean => code === ('role-kept' satisfies ReasonCode);
  const all = !bad.every(isRole) && bad.length + counts.skipped === restored.results.length;
  counts.skipped += items.filter(({ action }) => isLeftOut(action)).length;
  return compact({
    value: restored,
    status: bad.length + left.length === 0 ? 'complete' : all ? 'failed' : 'partial',
    snapshot: restored.safetySnapshot,
    counts: { ...counts, ...permissionCounts(restored, items) },
    errors: [
      ...bad.map(({ outcome: _, security: _changes, differences: _fields, ...problem }) => problem),
      ...left.map(({ org, kind, uid, reason, code, params }) => ({
        org,
        kind,
        uid,
        ...compact({ reason, code, params }),
      })),
    ],
  });
}

const isLeftOut = (action: PlannedItem['action']): boolean => action === 'skip' || action === 'blocked';

/** How many of each count are permissions that follow something else, which people do not count. */
function permissionCounts({ results }: Restored, items: Plan['items']): Record<string, number> {
  const names = [
    ...[...followersInResults(results, items)].map(({ outcome }) => outcome),
    ...[...followersInPlan(items)].flatMap(({ action }) => (isLeftOut(action) ? 'skipped' : [])),
  ].map(permissionsName);
  return Object.fromEntries([...groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]));
}
