import { DashkeepError, type ErrorCode } from '../../contract/errors.ts';
import { append } from '../../lib/append.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { DeleteResult } from '../store.ts';

const SINGLES_AT_ONCE = 16;

/** Deletes in bulk where the service can, else one by one; remembers which. */
export abstract class BulkDeleter {
  readonly #keysAtOnce: number;
  #inBulk = true;

  /** @param keysAtOnce - the most that one call takes */
  constructor(keysAtOnce: number) {
    this.#keysAtOnce = keysAtOnce;
  }

  async deleteMany(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    const results: DeleteResult[] = [];
    for (let at = 0; at < keys.length; at += this.#keysAtOnce) {
      append(results, await this.#delete(keys.slice(at, at + this.#keysAtOnce), signal));
    }
    return results;
  }

  async #delete(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    if (this.#inBulk && keys.length > 1) {
      const results = await this.inBulk(keys, signal);
      if (results !== undefined) {
        return results;
      }
      this.#inBulk = false;
    }
    return mapConcurrently(SINGLES_AT_ONCE, keys, (key) => this.one(key, signal));
  }

  /** Undefined when the service has no such call. */
  protected abstract inBulk(
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<DeleteResult[] | undefined>;

  protected abstract one(key: string, signal: AbortSignal | undefined): Promise<DeleteResult>;
}

/** @param isKept - the service keeps the bytes: as an earlier version, or for a while */
export function deleted(key: string, isKept: boolean | undefined): DeleteResult {
  return isKept === true ? { key, hidden: true } : { key };
}

/** For a key that is still there. */
export function failed(key: string, message: string): DeleteResult {
  return { key, problem: { code: 'failed', message } };
}

/** For a key that a response does not name: it counts as still there. */
export function unconfirmed(key: string): DeleteResult {
  return failed(key, 'the target did not confirm the deletion');
}

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
