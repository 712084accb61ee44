import { COMMAND_REASONS } from './commands.ts';
import { PAGE_REASONS } from './pages.ts';
import { cliText, fill, type ParamsOf } from '../texts.ts';

/**
 * Every reason that Dashkeep gives, by code, with its English text; other languages are beside it (`../french.json`).
 * A reason is a phrase that can follow a colon, a hint or an advice one or more sentences. Nothing may go by the text.
 */
export const REASONS = { ...PAGE_REASONS, ...COMMAND_REASONS } as const;

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
