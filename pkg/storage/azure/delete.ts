import { append } from '../../lib/append.ts';
import { resultOf } from '../cloud/delete-result.ts';
import { fromCloud, ServiceError } from '../cloud/errors.ts';
import type { DeleteResult } from '../store.ts';
import type { AzureConnection } from './connection.ts';
import { AZURE_CODES } from './errors.ts';
import { PERMISSIONS } from './permissions.ts';

/** The most that one batch takes. */
const KEYS_AT_ONCE = 256;
const SINGLES_AT_ONCE = 16;
/** How services and emulators say that they do not support batches. */
const NO_BATCHES = new Set([400, 405, 501]);

/** Deletes in batches where the service takes them, else one by one; remembers which. */
export class AzureDeleter {
  readonly #connection: AzureConnection;
  #inBatches = true;

  constructor(connection: AzureConnection) {
    this.#connection = connection;
  }

  async deleteMany(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    const results: DeleteResult[] = [];
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const batch = keys.slice(at, at + KEYS_AT_ONCE);
      append(results, (await this.#batch(batch, signal)) ?? (await this.#oneByOne(batch, signal)));
    }
    return results;
  }

  /** Undefined where the service takes no batches. */
  async #batch(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[] | undefined> {
    if (!this.#inBatches || keys.length === 1) {
      return undefined;
    }
    const { base } = this.#connection;
    return this.#connection.call(
      'delete objects',
      PERMISSIONS.remove,
      { signal },
      async ({ container, ...attempt }) => {
        const client = container.getBlobBatchClient();
        const batch = client.createBatch();
        for (const key of keys) {
          await batch.deleteBlob(container.getBlobClient(base + key), { deleteSnapshots: 'include' });
        }
        let answers;
        try {
          answers = (await client.submitBatch(batch, { abortSignal: attempt.signal })).subResponses;
        } catch (error) {
          const { statusCode } = error as { statusCode?: number };
          if (statusCode === undefined || !NO_BATCHES.has(statusCode)) {
            throw error;
          }
          this.#inBatches = false;
          return undefined;
        }
        return keys.map((key, at): DeleteResult => {
          const answer = answers[at];
          if (answer === undefined) {
            // A key that the response does not name was not confirmed: it counts as still there.
            return failed(key, 'the store did not confirm the deletion');
          }
          return answer.status < 300
            ? deleted(key, answer.headers.get('x-ms-delete-type-permanent'))
            : this.#problem(key, new ServiceError(answer.status, answer.errorCode ?? '', answer.statusMessage));
        });
      },
    );
  }

  async #oneByOne(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    const results: DeleteResult[] = [];
    for (let at = 0; at < keys.length; at += SINGLES_AT_ONCE) {
      const batch = keys.slice(at, at + SINGLES_AT_ONCE);
      append(results, await Promise.all(batch.map((key) => this.#one(key, signal))));
    }
    return results;
  }

  async #one(key: string, signal: AbortSignal | undefined): Promise<DeleteResult> {
    const { base } = this.#connection;
    try {
      return await this.#connection.call(`delete ${key}`, PERMISSIONS.remove, { signal }, async (attempt) => {
        const blob = attempt.container.getBlobClient(base + key);
        const answer = await blob.delete({ abortSignal: attempt.signal, deleteSnapshots: 'include' });
        return deleted(key, answer._response.headers.get('x-ms-delete-type-permanent'));
      });
    } catch (error) {
      signal?.throwIfAborted();
      return resultOf(key, error);
    }
  }

  #problem(key: string, error: ServiceError): DeleteResult {
    const doing = { what: `delete ${key}`, where: this.#connection.description, permission: PERMISSIONS.remove };
    return resultOf(key, fromCloud(error, doing, AZURE_CODES));
  }
}

/** Kept as an earlier version or for the days of soft delete, it is hidden. */
function deleted(key: string, permanent: string | undefined): DeleteResult {
  return permanent === 'false' ? { key, hidden: true } : { key };
}

function failed(key: string, message: string): DeleteResult {
  return { key, problem: { code: 'failed', message } };
}
