import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { StoreObserver } from './observe.ts';

/** Absent keys are an answer, not a failure. */
const EXPECTED = new Set(['DK_STORE_NOT_FOUND']);

/** Writes every call to the log: what went well at debug, what failed at warn. Never a body. */
export function logCalls(log: Log): StoreObserver {
  return ({ error, ...call }) => {
    const fields = { ...call, milliseconds: Math.round(call.milliseconds) };
    if (error === undefined || (error instanceof DashkeepError && EXPECTED.has(error.code))) {
      log.debug(fields, 'store call');
    } else {
      log.warn({ ...fields, reason: reasonOf(error) }, 'store call failed');
    }
  };
}
