import * as z from 'zod';
import { compact } from '../compact.ts';
import { asDashkeepError, DashkeepError, type ErrorCode } from '../errors.ts';
import { REASONS, sentenceOf, type KnownReason, type ReasonCode } from './catalogue.ts';

/** Why something is as it is: a code of the catalogue of reasons, or that of the error which was met. */
export interface Reason {
  code: ReasonCode | ErrorCode;
  /** What the text of the code is filled with; of an error its `message`. */
  params: Record<string, string>;
  /** What to do about it, where that is part of the reason. */
  advice?: Reason;
}

const CodeAndParams = z.object({ code: z.string(), params: z.record(z.string(), z.string()) });

/** A reason as data, in documents and responses; a code may be one of a later release. */
export const ReasonData = CodeAndParams.extend({ advice: CodeAndParams.optional() });
export type ReasonData = z.infer<typeof ReasonData>;

/** A reason as it is shown and stored: the English sentence for people, and the same as data for programs. */
export interface Because extends ReasonData {
  reason: string;
}

/** A reason for a document or response. */
export function because(given: ReasonData): Because {
  const { code, params, advice } = given;
  return compact({ reason: reasonSentence(given), code, params, advice });
}

/** Losses for an item of a plan: as English sentences, and as data in the same order. */
export function lossesOf(losses: readonly Reason[]): { losses: string[]; lost: ReasonData[] } {
  return {
    losses: losses.map(reasonSentence),
    lost: losses.map(({ code, params }) => ({ code, params })),
  };
}

/** Warnings for a document or response: as English sentences, and as data in the same order. */
export function warningOf(reasons: readonly Reason[]): { warnings: string[]; warned: ReasonData[] } {
  return {
    warnings: reasons.map(reasonSentence),
    warned: reasons.map(({ code, params }) => ({ code, params })),
  };
}

/** A reason in English, with what to do about it where that is part of the reason. */
export function reasonSentence({ code, params, advice }: ReasonData): string {
  if (isKnown(code)) {
    return sentenceOf({ code, params });
  }
  // Records of earlier releases have the hint as a param.
  const { message = '', hint = advice && reasonSentence(advice) } = params;
  return hint === undefined ? message : `${message}. ${hint}`;
}

/** Why something failed: what the error gives as its reason, else its code and message. */
export function reasonFrom(error: unknown): Reason {
  const { why, code, message } = asDashkeepError(error);
  return why ?? { code, params: { message } };
}

/** The same with the error's hint about what to do. */
export function reasonWithHint(error: DashkeepError): Reason {
  return { code: error.code, params: { message: error.message }, advice: adviceOf(error) };
}

/** What an error says to do: its advice, else the hint of the catalogue under its code. */
export function adviceOf({ code, hint, advice }: DashkeepError): Reason {
  return advice ?? { code, params: { message: hint } };
}

function isKnown(code: string): code is KnownReason['code'] {
  return Object.hasOwn(REASONS, code);
}

/** An error whose message is a reason of the catalogue. */
export function refusal(
  code: ErrorCode,
  why: KnownReason,
  options: { cause?: unknown; advice?: KnownReason } = {},
): DashkeepError {
  return new DashkeepError(code, reasonSentence(why), { ...options, why });
}
