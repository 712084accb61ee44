import type { VerifyReport } from '../repository/verify/verify.ts';
import type { RunOutcome } from './run.ts';

/** What the run record says about a verification. */
export function verifyOutcome(report: VerifyReport): RunOutcome<VerifyReport> {
  const { snapshots, objects, read, problems } = report;
  return {
    value: report,
    status: problems.length === 0 ? 'complete' : 'failed',
    counts: { snapshots, objects, read, problems: problems.length },
    errors: problems.flatMap(({ code, reason, resources }) =>
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
