import type { DoctorCheck } from '../../contract/api/status.ts';
import { reasonSentence } from '../../contract/reasons/reason.ts';
import type { ServiceParts } from '../parts.ts';

/**
 * Age alone: where another scheduler starts the backups, this one's schedule says nothing. What a newer version wrote
 * is no fault either.
 */
const MILD: ReadonlySet<string> = new Set(['ready-late', 'ready-old', 'snapshot-newer']);

/** What keeps the protection from being *yes*: in the newest backup, or what it covers. Nothing where all is well. */
export async function backupChecks(
  { readiness, statusView }: Pick<ServiceParts, 'readiness' | 'statusView'>,
  signal: AbortSignal,
): Promise<DoctorCheck[]> {
  const { evidence } = await readiness.report(undefined, signal);
  return evidence.flatMap(({ code, level, subject, detail, findings, hint, hints }) => {
    // Another check names organizations that no backup covers.
    const isCoverage = code === 'coverage' && level === 'warning' && statusView.overlooked.length === 0;
    if (!isCoverage && (code !== 'backup' || level === 'ok')) {
      return [];
    }
    const isMild = isCoverage || findings.some((one) => MILD.has(one.code));
    const status = isMild ? ('warning' as const) : ('failed' as const);
    return [{ name: reasonSentence(subject), subject, status, detail, findings, hint, hints }];
  });
}
