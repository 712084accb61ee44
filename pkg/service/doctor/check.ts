import type { DoctorCheck } from '../../contract/api/status.ts';
import { asDashkeepError } from '../../contract/errors.ts';
import { sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { checkText, failedCheckText } from '../../contract/reasons/check-result.ts';
import type { Reason } from '../../contract/reasons/reason.ts';

/** The result of a check: what it is about, what was found and what to do, as text and as data. */
export function checked(
  subject: KnownReason,
  status: DoctorCheck['status'],
  findings: Reason[],
  ...hints: Reason[]
): DoctorCheck {
  return { name: sentenceOf(subject), subject, status, ...checkText(findings, hints) };
}

/** The result of a check that failed by an error. */
export function failedCheck(subject: KnownReason, error: unknown): DoctorCheck {
  return { name: sentenceOf(subject), subject, status: 'failed', ...failedCheckText(asDashkeepError(error)) };
}
