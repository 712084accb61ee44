import { DashkeepError } from '../contract/errors.ts';
import type { KnownReason } from '../contract/reasons/catalogue.ts';

/** A right is missing: which one, in AWS's words. */
export class PermissionDenied extends DashkeepError {
  readonly permission: string;

  constructor(permission: string, message: string, options: { cause?: unknown; advice?: KnownReason }) {
    super('DK_STORE_DENIED', message, options);
    this.permission = permission;
  }
}

/** An object beyond the caller's limit: it was not read further than that. */
export function tooLarge(key: string, maxBytes: number): DashkeepError {
  return new DashkeepError('DK_STORE_TOO_LARGE', `${key} is larger than the ${maxBytes} bytes expected at most`);
}
