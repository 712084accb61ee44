import { DashkeepError, type ErrorCode } from '../../contract/errors.ts';
import type { DeleteResult } from '../store.ts';

const PROBLEMS: Partial<Record<ErrorCode, 'denied' | 'locked' | 'failed'>> = {
  DK_STORE_DENIED: 'denied',
  DK_STORE_LOCKED: 'locked',
  DK_STORE_FAILED: 'failed',
};

/**
 * What an error means for the deletion of one key.
 * @throws the error, where it is true of more than this key: wrong credentials or a dead network end the call
 */
export function resultOf(key: string, error: unknown): DeleteResult {
  if (error instanceof DashkeepError) {
    const code = PROBLEMS[error.code];
    if (code !== undefined) {
      return { key, problem: { code, message: error.message } };
    }
    if (error.code === 'DK_STORE_NOT_FOUND') {
      return { key };
    }
  }
  throw error;
}
