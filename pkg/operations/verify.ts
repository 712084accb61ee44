import { warningOf } from '../contract/reasons/reason.ts';
import { withLocksRenewed } from '../repository/sessions/locks.ts';
import { isOfKnownKind } from '../repository/verify/problems.ts';
import { verify, type VerifyOptions, type VerifyReport } from '../repository/verify/verify.ts';
import type { Run, RunOutcome } from './run.ts';
import type { Session } from './session.ts';

/** Anyone who can write to the bucket can add thousands of manifests; the count of problems has them all. */
const WARNINGS_KEPT = 20;

/** Checks that every snapshot can be restored, or one. */
export async function runVerify(
  { repository }: Pick<Session, 'repository'>,
  choice: Pick<VerifyOptions, 'readData' | 'snapshot'>,
  run: Run,
): Promise<RunOutcome<VerifyReport>> {
  const { signal, onProgress } = run;
  const progress = (done: number, total: number, phase: string): void =>
    onProgress({ phase: `verifying ${phase}`, done, total, kinds: {} });
  return withLocksRenewed(repository, verifyOutcome(await verify(repository, { ...choice, signal, progress })), run);
}

/** What the run record says about a verification. */
export function verifyOutcome(report: VerifyReport): RunOutcome<VerifyReport> {
  const { snapshots, objects, read, problems } = report;
  const named = problems.map((one) => ({ ...one, resources: one.resources.filter(isOfKnownKind) }));
  const ofSnapshots = named.filter(({ resources }) => resources.length === 0).slice(0, WARNINGS_KEPT);
  return {
    value: report,
    status: problems.length === 0 ? 'complete' : 'failed',
    counts: { snapshots, objects, read, problems: problems.length },
    // Of a whole snapshot or repository, or of kinds that this version does not know.
    ...warningOf(ofSnapshots.map(({ code, reason }) => ({ code, params: { message: reason } }))),
    errors: named.flatMap(({ code, reason, resources }) =>
      resources.map(({ org, kind, uid, title }) => ({
        org,
        kind,
        uid,
        title,
        reason,
        code,
        params: { message: reason },
      })),
    ),
  };
}
