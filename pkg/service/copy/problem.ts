import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { RunLine } from '../../contract/runs.ts';

/**
 * What a failed verification of the second copy found first, and what to do; the record of the run lists the rest.
 * @param target - of the copy
 */
export function copyProblem(
  { warned = [], counts, ...run }: Partial<Pick<RunLine, 'warned' | 'counts' | 'finished'>>,
  target: string,
): Record<'why' | 'advice', KnownReason> {
  const found = warned.find((one) => one.code in ERROR_CATALOGUE);
  const message = found?.params?.['message'];
  const count = String(counts?.['problems'] ?? 1);
  const time = run.finished ?? '';
  const signers = new Set(warned.flatMap(({ params }) => params['signer'] ?? []));
  const [signer] = signers.size === 1 ? signers : ['<fingerprint>'];
  const place = `--target ${target}`;
  return {
    why: message === undefined ? reason('copy-problems', { time }) : reason('copy-problem', { message, count, time }),
    advice:
      found?.code === 'DK_SNAPSHOT_FOREIGN'
        ? reason('trust-or-remove', {
            trust: `dashkeep trust ${signer} ${place}`,
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
