import type { Finding, FindingCode } from '../../contract/findings.ts';
import type { DashkeepError } from '../../contract/errors.ts';
import { reason, type KnownReason, type ReasonCode } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';

const REASON_OF: Record<FindingCode, ReasonCode> = {
  DK_REPOSITORY_REPLACED: 'repository-replaced',
  DK_REPOSITORY_EMPTIED: 'repository-emptied',
  DK_SIGNATURES_MISSING: 'signatures-missing',
  DK_SNAPSHOT_LOST: 'snapshot-lost',
};

/** What differs, as a reason of the catalogue. */
export function findingReason({ code, params }: Omit<Finding, 'since'>): KnownReason {
  return { code: params['format'] === undefined ? REASON_OF[code] : 'repository-format', params };
}

/** A finding as an error: what differs, and how a person accepts the repository as it is. */
export function findingError(finding: Omit<Finding, 'since'>): DashkeepError {
  const { code, params } = finding;
  const command = `dashkeep trust --repository ${params['found'] ?? params['remembered'] ?? ''}`;
  const isDirectory = params['target']?.startsWith('file://') === true;
  const accept = isDirectory ? 'accept-directory' : 'accept-repository';
  const advice = reason(params['format'] === undefined ? accept : 'accept-format', { command });
  return refusal(code, findingReason(finding), { advice });
}
