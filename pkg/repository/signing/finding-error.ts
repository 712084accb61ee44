import type { Finding, FindingCode } from '../../contract/findings.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import { reason, type ReasonCode } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';

const REASON_OF: Record<FindingCode, ReasonCode> = {
  DK_REPOSITORY_REPLACED: 'repository-replaced',
  DK_REPOSITORY_EMPTIED: 'repository-emptied',
  DK_SIGNATURES_MISSING: 'signatures-missing',
  DK_SNAPSHOT_LOST: 'snapshot-lost',
};

/** A finding as an error: what differs, and how a person accepts the repository as it is. */
export function findingError({ code, params }: Omit<Finding, 'since'>): DashkeepError {
  const command = `dashkeep trust --repository ${params['found'] ?? params['remembered'] ?? ''}`;
  return refusal(code, { code: REASON_OF[code], params }, { advice: reason('accept-repository', { command }) });
}
