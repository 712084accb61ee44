import type { DoctorCheck } from '../../contract/api/status.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { isOfAll, type RunLine } from '../../contract/runs.ts';
import { unmendable } from '../../repository/verify/problems.ts';
import type { ServiceParts } from '../parts.ts';
import { checked } from './check.ts';

/** The problems that the last verification found; nothing where it found none. */
export async function verificationChecks(
  { runs }: Pick<ServiceParts, 'runs'>,
  signal: AbortSignal,
): Promise<DoctorCheck[]> {
  const hasEnded = ({ status, failure }: RunLine): boolean =>
    status === 'complete' || (status === 'failed' && failure === undefined);
  const isVerification = (run: RunLine): boolean => run.kind === 'verify' && hasEnded(run) && isOfAll(run);
  const caller = { org: 0, home: true };
  const last = await runs.newestCertain(isVerification, caller, signal);
  const found = reason('ready-verify-problems', { count: String(last?.counts['problems'] ?? last?.problems) });
  if (last?.status !== 'failed') {
    return [];
  }
  const hasChanged = ({ id, kind, counts, status }: RunLine): boolean =>
    id > last.id && ((counts['forgotten'] ?? 0) > 0 || (kind === 'repair' && status === 'complete'));
  const { why, advice = reason('ready-repair') } = unmendable(last) ?? {};
  const next = (await runs.newestCertain(hasChanged, caller, signal)) === undefined ? advice : reason('verify-again');
  return [checked(reason('ready-of-verification'), 'failed', why === undefined ? [found] : [found, why], next)];
}
