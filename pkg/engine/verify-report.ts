import { warningOf } from '../contract/reasons/reason.ts';
import { isOfKnownKind } from '../repository/verify/problems.ts';
import type { VerifyReport } from '../repository/verify/verify.ts';
import type { RunOutcome } from './run.ts';

/** Anyone who can write to the bucket can add thousands of manifests; the count of problems has them all. */
const WARNINGS_KEPT = 20;

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
