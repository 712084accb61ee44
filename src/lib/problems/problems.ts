import type { Problem } from '../../../pkg/contract/api/common.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../pkg/contract/errors/catalogue.ts';
import { STATUS_REASONS } from '../../../pkg/contract/reasons/status.ts';
import { hintsText, knownText, SAID_BY_TITLE, withStop } from '../catalogue/reasons.ts';
import { errorText } from '../catalogue/texts.ts';
import { settingsGuide } from '../catalogue/guides.ts';

/** A problem for people: what it is and what to do, in their language, and the facts in the service's words. */
export interface ExplainedProblem {
  title: string;
  advice: string;
  /** What was met, in their language where it is a reason that this page knows. */
  fact?: string | undefined;
  /** What was met, in English; empty where the fact says it. */
  detail: string;
  /** Where the documentation lists the settings that the advice is about. */
  guide?: string | undefined;
}

/**
 * The advice of the service knows more about this case than the code does, so it takes the place of the general one. It
 * is shown in English only where this page does not know it: a newer service has more codes, an older one gives none.
 */
export function explainProblem({ code, message, hint, why, advice: given }: Problem): ExplainedProblem {
  const specific = hintsText(given === undefined ? [] : [given]);
  const guide = settingsGuide(given === undefined ? [] : [given]);
  const fact = knownText(why);
  if (fact !== undefined && Object.hasOwn(STATUS_REASONS, why?.code ?? '')) {
    return { title: fact, advice: specific ?? '', detail: specific === undefined ? hint : '', guide };
  }
  if (!isKnown(code)) {
    return { title: message, advice: specific ?? hint, detail: '', guide };
  }
  const { title, hint: general } = errorText(code);
  const detail = fact === undefined && !SAID_BY_TITLE.has(code) ? message : '';
  if (specific !== undefined) {
    return { title, advice: specific, fact, detail, guide };
  }
  return hint === '' || hint === ERROR_CATALOGUE[code].hint
    ? { title, advice: general, fact, detail }
    : { title, advice: '', fact, detail: detail === '' ? hint : `${withStop(detail)} ${hint}` };
}

/** A service that is newer than this page may know more codes. */
function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
