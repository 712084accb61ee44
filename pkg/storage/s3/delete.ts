import { DeleteObjectCommand, DeleteObjectsCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { BulkDeleter, deleted, failed, unconfirmed } from '../cloud/delete.ts';
import type { DeleteResult } from '../store.ts';
import { call, doing, keyIn } from './connection.ts';
import type { S3Connection } from './connection.ts';
import { fromS3, serviceCode, statusOf } from './errors.ts';
import { knownCode } from './known-codes.ts';

/** The most that one DeleteObjects takes. */
const KEYS_AT_ONCE = 1_000;
/** How stores say that they do not know DeleteObjects, or not as it is sent. */
const UNKNOWN_CALL = new Set([
  'NotImplemented',
  'MethodNotAllowed',
  'MalformedXML',
  'MissingContentMD5',
  'InvalidRequest',
]);

/** Deletes objects, in bulk where the store can. */
export class Deleter extends BulkDeleter {
  readonly #connection: S3Connection;

  constructor(connection: S3Connection) {
    super(KEYS_AT_ONCE);
    this.#connection = connection;
  }

  protected override inBulk(
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<DeleteResult[] | undefined> {
    const connection = this.#connection;
    return call(connection, 'delete objects', 's3:DeleteObject', signal, async () => {
      try {
        const answer = await connection.client.send(
          new DeleteObjectsCommand({
            ...connection.common,
            Delete: { Objects: keys.map((key) => ({ Key: keyIn(connection, key) })) },
          }),
          { abortSignal: signal },
        );
        const gone = new Map(answer.Deleted?.map((item) => [item.Key, item]));
        const errors = new Map(answer.Errors?.map((item) => [item.Key, item]));
        return await Promise.all(
          keys.map(async (key): Promise<DeleteResult> => {
            const name = keyIn(connection, key);
            const problem = errors.get(name);
            if (problem === undefined) {
              const item = gone.get(name);
              return item === undefined ? unconfirmed(key) : deleted(key, item.DeleteMarker);
            }
            return this.#problem(key, problem.Code ?? '', problem.Message ?? '', signal);
          }),
        );
      } catch (error) {
        if (UNKNOWN_CALL.has(serviceCode(error) ?? '') || [405, 501].includes(statusOf(error) ?? 0)) {
          return undefined;
        }
        throw error;
      }
    });
  }

  protected override async one(key: string, signal: AbortSignal | undefined): Promise<DeleteResult> {
    const connection = this.#connection;
    return call(connection, `delete ${key}`, 's3:DeleteObject', signal, async () => {
      try {
        const answer = await connection.client.send(
          new DeleteObjectCommand({ ...connection.common, Key: keyIn(connection, key) }),
          { abortSignal: signal },
        );
        return deleted(key, answer.DeleteMarker);
      } catch (error) {
        signal?.throwIfAborted();
        const mapped = fromS3(error, doing(connection, `delete ${key}`, 's3:DeleteObject'));
        if (mapped.code === 'DK_STORE_NOT_FOUND') {
          return { key };
        }
        // Only what is true of this one key belongs into its result; a wrong secret or a dead network ends the call.
        if (!['DK_STORE_DENIED', 'DK_STORE_LOCKED', 'DK_STORE_FAILED'].includes(mapped.code)) {
          throw mapped;
        }
        return this.#problem(key, serviceCode(error) ?? '', mapped.message, signal);
      }
    });
  }

  async #problem(key: string, code: string, message: string, signal: AbortSignal | undefined): Promise<DeleteResult> {
    if (code === 'NoSuchKey' || code === 'NoSuchVersion') {
      return { key };
    }
    const text = [code, message].filter(Boolean).join(': ');
    const shown = this.#connection.outbound === undefined ? text : knownCode(code) || 'without an S3 error code';
    if (/object.?lock|retention|legal hold|WORM/i.test(text)) {
      return { key, problem: { code: 'locked', message: shown } };
    }
    if (!/AccessDenied|Forbidden|403/.test(text)) {
      return failed(key, shown);
    }
    if (this.#connection.resolved.settings.lock !== undefined && (await this.#isLocked(key, signal))) {
      return { key, problem: { code: 'locked', message: 'object lock protects it' } };
    }
    return { key, problem: { code: 'denied', message: `s3:DeleteObject is not allowed (${shown})` } };
  }

  /** Stores refuse to delete a locked object with the same words as for a missing right. */
  async #isLocked(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    const connection = this.#connection;
    try {
      const head = await connection.client.send(
        new HeadObjectCommand({ ...connection.common, Key: keyIn(connection, key) }),
        { abortSignal: signal },
      );
      const until = head.ObjectLockRetainUntilDate;
      return head.ObjectLockLegalHoldStatus === 'ON' || (until !== undefined && until > connection.clock.now());
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      return false;
    }
  }
}
