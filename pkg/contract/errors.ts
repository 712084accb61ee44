import { compact } from './compact.ts';
import { ERROR_CATALOGUE, type ErrorCode } from './errors/catalogue.ts';
import { sentenceOf, type KnownReason } from './reasons/catalogue.ts';

export type { ErrorCode };

interface ErrorOptions {
  cause?: unknown;
  why?: KnownReason;
  /** What to do, where the place that failed knows more than the catalogue. */
  advice?: KnownReason;
}

/** An error with a code from the catalogue. Messages never hold a secret or a body. */
export class DashkeepError extends Error {
  readonly code: ErrorCode;
  /** The same as the message, as data; absent where another program said it, or no code has to distinguish it. */
  readonly why: KnownReason | undefined;
  /** The hint as data; absent where it is the catalogue's. */
  readonly advice: KnownReason | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DashkeepError';
    this.code = code;
    this.why = options.why;
    this.advice = options.advice;
  }

  /** What to do about it, in English. */
  get hint(): string {
    return this.advice === undefined ? ERROR_CATALOGUE[this.code].hint : sentenceOf(this.advice);
  }

  get exit(): number {
    return ERROR_CATALOGUE[this.code].exit;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }
}

/** Any thrown value as a DashkeepError; what nobody foresaw becomes DK_INTERNAL. */
export function asDashkeepError(error: unknown): DashkeepError {
  if (error instanceof DashkeepError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new DashkeepError('DK_INTERNAL', message, { cause: error });
}

/** An error for records and responses: its text, and the same as data where it says more than the code does. */
export interface FailureText {
  code: ErrorCode;
  message: string;
  hint: string;
  /** The message as data. */
  why?: KnownReason;
  /** The hint as data. */
  advice?: KnownReason;
}

/** Any thrown value for a record or response. */
export function failureText(error: unknown): FailureText {
  const { code, message, hint, why, advice } = asDashkeepError(error);
  return compact({ code, message, hint, why, advice });
}

/** The reason in one line, for records and tables. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
