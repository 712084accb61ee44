import { ERROR_CATALOGUE, type ErrorCode } from '../../../pkg/contract/errors.ts';
import type { ReasonCode } from '../../../pkg/contract/reasons/catalogue.ts';
import type { ReasonData } from '../../../pkg/contract/reasons/reason.ts';
import { ERROR_TEXTS } from '../problems/errorTexts.ts';
import { ADVICE_TEXTS } from './advice/all.ts';
import { APPLY_TEXTS } from './apply.ts';
import { CHECK_TEXTS } from './checks.ts';
import { COVERAGE_TEXTS } from './coverage.ts';
import { FINDING_TEXTS } from './findings.ts';
import { HINT_TEXTS } from './hints.ts';
import { LOSS_TEXTS } from './losses.ts';
import { PLAN_TEXTS } from './plan.ts';
import { REFUSAL_TEXTS } from './refusals.ts';
import { REPOSITORY_TEXTS } from './repository.ts';
import { RETENTION_TEXTS } from './retention.ts';
import { RUN_TEXTS } from './runs.ts';
import { SETTING_TEXTS } from './settings.ts';
import { STATUS_TEXTS } from './status.ts';
import { SUBJECT_TEXTS } from './subjects.ts';
import type { Text } from './text.ts';

const TEXTS: Record<ReasonCode, Text> = {
  ...PLAN_TEXTS,
  ...APPLY_TEXTS,
  ...REFUSAL_TEXTS,
  ...LOSS_TEXTS,
  ...RUN_TEXTS,
  ...RETENTION_TEXTS,
  ...FINDING_TEXTS,
  ...SUBJECT_TEXTS,
  ...CHECK_TEXTS,
  ...HINT_TEXTS,
  ...ADVICE_TEXTS,
  ...SETTING_TEXTS,
  ...REPOSITORY_TEXTS,
  ...STATUS_TEXTS,
  ...COVERAGE_TEXTS,
};

/** What has a reason: the English sentence, and the same as data unless an earlier release wrote it. */
type Reasoned = { reason: string } & Partial<ReasonData>;

/**
 * Whether something is left alone only because overwriting was not asked for. What comes along is overwritten only by
 * itself.
 */
export function isLeftAsDiffering({ code }: Partial<ReasonData>): boolean {
  return code === ('kept' satisfies ReasonCode);
}

/** Why, in the user's language; in the service's English where the code is not known here. */
export function reasonText({ reason, code, params = {} }: Reasoned): string {
  return (code === undefined ? undefined : textOf(code, params)) ?? reason;
}

/** Warnings, in the user's language; as the service says them where an earlier release wrote them. */
export function warningTexts(given: { warnings?: string[] | undefined; warned?: ReasonData[] | undefined }): string[] {
  const { warnings = [], warned = [] } = given;
  return warnings.map((warning, at) => reasonText({ reason: warning, ...warned[at] }));
}

/** Reasons as data, in the user's language; those of a later release have no text here. */
export function dataTexts(given: readonly ReasonData[]): string[] {
  return given.flatMap(({ code, params }) => textOf(code, params) ?? []);
}

/** What a restored resource lacks, in the user's language. */
export function lossTexts({ losses, lost = [] }: { losses: string[]; lost?: ReasonData[] | undefined }): string[] {
  return losses.map((loss, at) => reasonText({ reason: loss, ...lost[at] }));
}

/** What a step of a check found, in the user's language where each finding has a text. */
export function findingsText({
  detail,
  findings = [],
}: {
  detail: string;
  findings?: ReasonData[] | undefined;
}): string {
  const texts = findings.map(({ code, params }) => textOf(code, params));
  return texts.length === 0 || texts.includes(undefined) ? detail : texts.join('; ');
}

/** What to do about something, in the user's language; undefined where it is said in English only. */
export function hintsText(hints: readonly ReasonData[] = []): string | undefined {
  const texts = hints.map(({ code, params }) => (isReason(code) ? TEXTS[code](params) : generalAdvice(code, params)));
  return texts.length === 0 || texts.includes(undefined) ? undefined : texts.join(' ');
}

/** A reason in the user's language; undefined for none, and for an error or a reason of a newer service. */
export function knownText(given: ReasonData | undefined): string | undefined {
  return given !== undefined && isReason(given.code) ? TEXTS[given.code](given.params) : undefined;
}

/** The advice about an error, where the service has no better words for this case. */
function generalAdvice(code: string, { message }: Record<string, string>): string | undefined {
  return isError(code) && message === ERROR_CATALOGUE[code].hint ? ERROR_TEXTS[code]()[1] : undefined;
}

/** An error is called by its name in the user's language; what it met is said in English. */
function textOf(code: string, params: Record<string, string>): string | undefined {
  if (isReason(code)) {
    return TEXTS[code](params);
  }
  if (!isError(code)) {
    return undefined;
  }
  const [title] = ERROR_TEXTS[code]();
  return params['message'] === undefined ? title : `${title}: ${params['message']}`;
}

function isReason(code: string): code is ReasonCode {
  return Object.hasOwn(TEXTS, code);
}

function isError(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_TEXTS, code);
}
