import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';
import { STATUS_TEXTS } from '../reasons/status.ts';

/** A warning of the status in the user's words; undefined for what is no such warning, or one of a later release. */
export function noticeTitle(why: ReasonData | undefined): string | undefined {
  return why === undefined || !isNotice(why.code) ? undefined : STATUS_TEXTS[why.code](why.params);
}

function isNotice(code: string): code is keyof typeof STATUS_TEXTS {
  return Object.hasOwn(STATUS_TEXTS, code);
}
