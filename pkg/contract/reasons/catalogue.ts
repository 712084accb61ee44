import { ADVICE_REASONS } from './advice/all.ts';
import { APPLY_REASONS } from './apply.ts';
import { CHECK_REASONS } from './checks.ts';
import { COVERAGE_REASONS } from './snapshots/coverage.ts';
import { EXPORT_REASONS } from './snapshots/export.ts';
import { FINDING_REASONS } from './findings.ts';
import { FLEET_REASONS } from './snapshots/fleet.ts';
import { HINT_REASONS } from './hints.ts';
import { LOSS_REASONS } from './losses.ts';
import { PLAN_REASONS } from './plan.ts';
import { READINESS_REASONS } from './readiness.ts';
import { REFUSAL_REASONS } from './refusals.ts';
import { REPOSITORY_REASONS } from './repository.ts';
import { RETENTION_REASONS } from './snapshots/retention.ts';
import { RUN_REASONS } from './runs.ts';
import { SETTING_REASONS } from './settings.ts';
import { STATUS_REASONS } from './status.ts';
import { SUBJECT_REASONS } from './subjects.ts';
import { cliText, fill, type ParamsOf } from '../texts.ts';

/**
 * Every reason that Dashkeep gives, by code, with its English text; other languages are beside it (`../french.json`).
 * A reason is a phrase that can follow a colon, a hint or an advice one or more sentences. Nothing may go by the text.
 */
export const REASONS = {
  ...PLAN_REASONS,
  ...APPLY_REASONS,
  ...REFUSAL_REASONS,
  ...LOSS_REASONS,
  ...RUN_REASONS,
  ...RETENTION_REASONS,
  ...FINDING_REASONS,
  ...SUBJECT_REASONS,
  ...CHECK_REASONS,
  ...HINT_REASONS,
  ...ADVICE_REASONS,
  ...SETTING_REASONS,
  ...REPOSITORY_REASONS,
  ...STATUS_REASONS,
  ...COVERAGE_REASONS,
  ...READINESS_REASONS,
  ...FLEET_REASONS,
  ...EXPORT_REASONS,
} as const;

export type ReasonCode = keyof typeof REASONS;

/** The params that the text of a code is filled with; more may be given. */
export type ReasonParams<Code extends ReasonCode> = Record<ParamsOf<(typeof REASONS)[Code]>, string> &
  Record<string, string>;

/** A reason of the catalogue. */
export interface KnownReason {
  code: ReasonCode;
  params: Record<string, string>;
}

/** A reason of the catalogue in English. */
export function sentenceOf({ code, params }: KnownReason): string {
  return fill(cliText(REASONS[code]), params);
}

/** A reason of the catalogue, with all that its sentence needs. */
export function reason<Code extends ReasonCode>(
  code: Code,
  ...[params]: [ParamsOf<(typeof REASONS)[Code]>] extends [never] ? [] : [params: ReasonParams<Code>]
): KnownReason {
  return { code, params: params ?? {} };
}
