import { DashkeepError, type ErrorCode } from '../contract/errors.ts';

/**
 * An error that only the command line raises. It speaks to the person at the terminal, so its hint is English text and
 * no reason of the catalogue.
 */
export class CommandError extends DashkeepError {
  readonly #hint: string;

  constructor(code: ErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(code, message, { cause });
    this.name = 'CommandError';
    this.#hint = hint;
  }

  override get hint(): string {
    return this.#hint;
  }
}
