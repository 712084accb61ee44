import type { Problem } from '../../../pkg/contract/api/common.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../pkg/contract/errors.ts';
import { ERROR_TEXTS } from './errorTexts.ts';
import { noticeText } from './notices.ts';

/** A problem for people: what it is and what to do, in their language, and the facts in the service's words. */
export interface ExplainedProblem {
  title: string;
  advice: string;
  /** English. */
  detail: string;
}

/**
 * A hint that is not the catalogue's knows more about this case than the code does: it takes the place of the advice.
 */
export function explainProblem({ code, message, hint, why }: Problem): ExplainedProblem {
  const notice = noticeText(why);
  if (notice !== undefined) {
    return { ...notice, detail: '' };
  }
  if (!isKnown(code)) {
    return { title: message, advice: hint, detail: '' };
  }
  const [title, advice] = ERROR_TEXTS[code]();
  const isGeneral = hint === '' || hint === ERROR_CATALOGUE[code].hint;
  return { title, advice: isGeneral ? advice : '', detail: isGeneral ? message : `${asSentence(message)} ${hint}` };
}

/** A service that is newer than this page may know more codes. */
function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_TEXTS, code);
}

function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
