import type { DashkeepError } from '../errors.ts';
import { adviceOf, reasonFrom, reasonSentence, type Reason, type ReasonData } from './reason.ts';

/** What a check found and what to do about it: as English text, and as data in the same order. */
export interface CheckText {
  detail: string;
  findings: ReasonData[];
  /** Empty when there is nothing to do. */
  hint: string;
  hints: ReasonData[];
}

/** The text and data of a result of a check; what is said twice is in it once. */
export function checkText(findings: readonly Reason[], hints: readonly Reason[] = []): CheckText {
  const found = bySentence(findings);
  const advice = bySentence(hints);
  return {
    detail: [...found.keys()].join('; '),
    findings: [...found.values()],
    hint: [...advice.keys()].join(' '),
    hints: [...advice.values()],
  };
}

/** The text and data of a check that failed. */
export function failedCheckText(error: DashkeepError): CheckText {
  return checkText([reasonFrom(error)], [adviceOf(error)]);
}

function bySentence(reasons: readonly Reason[]): Map<string, ReasonData> {
  return new Map(reasons.map(({ code, params }) => [reasonSentence({ code, params }), { code, params }]));
}
