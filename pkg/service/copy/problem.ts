import { ERROR_CATALOGUE } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { RunLine } from '../../contract/runs.ts';

/** What a failed verification of the second copy found first, and what to do; the record of the run lists the rest. */
export function copyProblem({
  warned,
  counts,
}: Partial<Pick<RunLine, 'warned' | 'counts'>>): Record<'why' | 'advice', KnownReason> {
  const found = warned?.find((one) => one.code in ERROR_CATALOGUE);
  const message = found?.params?.['message'];
  const count = String(counts?.['problems'] ?? 1);
  const place = '--target <second-target>';
  return {
    why: message === undefined ? reason('copy-problems') : reason('copy-problem', { message, count }),
    advice:
      found?.code === 'DK_SNAPSHOT_FOREIGN'
        ? reason('trust-or-remove', {
            trust: `dashkeep trust <fingerprint> ${place}`,
            command: `dashkeep keys ${place}`,
          })
        : copyAdvice(undefined),
  };
}

/** What to do about a copy that failed: its settings, if those are wrong, or else the target. */
export function copyAdvice(failure: RunLine['failure']): KnownReason {
  const settings = 'correct-second-target';
  return reason(failure?.advice?.code === settings ? settings : 'check-second-target');
}
