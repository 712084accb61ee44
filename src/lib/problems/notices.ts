import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';
import { STATUS_ADVICE, STATUS_TEXTS } from '../reasons/status.ts';

/** Something to know about the whole service: what it is, and what to do. */
interface Notice {
  title: string;
  advice: string;
}

/** A warning of the status in the user's words; undefined for what is no such warning, or one of a later release. */
export function noticeText(why: ReasonData | undefined): Notice | undefined {
  return why === undefined || !isNotice(why.code)
    ? undefined
    : { title: STATUS_TEXTS[why.code](why.params), advice: STATUS_ADVICE[why.code]() };
}

function isNotice(code: string): code is keyof typeof STATUS_TEXTS {
  return Object.hasOwn(STATUS_TEXTS, code);
}
