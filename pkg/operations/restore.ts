import { compact } from '../contract/compact.ts';
import { restore } from '../engine/restore/restore.ts';
import type { Plan, PlanRequest, Restored } from '../engine/restore/types.ts';
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

/** Applies a plan of a restore, or of an undo. @throws DK_CONFIRMATION, DK_BUSY */
export async function runRestore(
  { version, randomness }: Pick<Session, 'version' | 'randomness'>,
  { request, ...choice }: RestoreChoice,
  { id, ...run }: Omit<Run, 'trigger'>,
): Promise<RunOutcome<Restored>> {
  const { undoes } = choice.plan;
  if (undoes !== undefined) {
    run.note({ undoes });
  }
  return restoreOutcome(await restore({ ...request, ...choice, ...run, run: id, version, randomness }), choice.plan);
}

/** What the run record says about a restore. An undo that leaves something it would take back is partial. */
export function restoreOutcome(restored: Restored, { undoes, items }: Plan): RunOutcome<Restored> {
  const counts = { verified: 0, differs: 0, failed: 0, deleted: 0, skipped: 0 };
  for (const { outcome } of restored.results) {
    counts[outcome]++;
  }
  const bad = restored.results.filter(({ outcome }) => outcome === 'failed' || outcome === 'differs');
  const left = undoes === undefined ? [] : items.filter(({ action }) => action === 'blocked');
  const all = bad.length > 0 && bad.length + counts.skipped === restored.results.length;
  return compact({
    value: restored,
    status: bad.length + left.length === 0 ? 'complete' : all ? 'failed' : 'partial',
    snapshot: restored.safetySnapshot,
    counts,
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
