import { BulkDeleter, deleted, resultOf, unconfirmed } from '../cloud/delete.ts';
import { fromCloud, ServiceError } from '../cloud/errors.ts';
import type { DeleteResult } from '../store.ts';
import type { AzureConnection } from './connection.ts';
import { AZURE_CODES } from './errors.ts';
import { PERMISSIONS } from './permissions.ts';

/** The most that one batch takes. */
const KEYS_AT_ONCE = 256;
/** How services and emulators say that they do not support batches. */
const NO_BATCHES = new Set([400, 405, 501]);
/** Says `false` of a blob that is kept as an earlier version or for the days of soft delete. */
const PERMANENT = 'x-ms-delete-type-permanent';

/** Deletes blobs, in batches where the service takes them. */
export class AzureDeleter extends BulkDeleter {
  readonly #connection: AzureConnection;

  constructor(connection: AzureConnection) {
    super(KEYS_AT_ONCE);
    this.#connection = connection;
  }

  protected override inBulk(
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<DeleteResult[] | undefined> {
    const { base, description: where } = this.#connection;
    return this.#connection.call('delete objects', PERMISSIONS.remove, { signal }, async (attempt) => {
      const { container, signal: abortSignal } = attempt;
      const client = container.getBlobBatchClient();
      const batch = client.createBatch();
      for (const key of keys) {
        await batch.deleteBlob(container.getBlobClient(base + key), { deleteSnapshots: 'include' });
      }
      const answers = await client.submitBatch(batch, { abortSignal }).catch((error: unknown) => {
        const { statusCode } = error as { statusCode?: number };
        if (statusCode === undefined || !NO_BATCHES.has(statusCode)) {
          throw error;
        }
      });
      return (
        answers?.subResponses &&
        keys.map((key, at): DeleteResult => {
          const answer = answers.subResponses[at];
          if (answer === undefined) {
            return unconfirmed(key);
          }
          const { status, errorCode = '', statusMessage, headers } = answer;
          if (status < 300) {
            return deleted(key, headers.get(PERMANENT) === 'false');
          }
          const doing = { what: `delete ${key}`, where, permission: PERMISSIONS.remove };
          return resultOf(key, fromCloud(new ServiceError(status, errorCode, statusMessage), doing, AZURE_CODES));
        })
      );
    });
  }

  protected override async one(key: string, signal: AbortSignal | undefined): Promise<DeleteResult> {
    const { base } = this.#connection;
    try {
      return await this.#connection.call(`delete ${key}`, PERMISSIONS.remove, { signal }, async (attempt) => {
        const blob = attempt.container.getBlobClient(base + key);
        const answer = await blob.delete({ abortSignal: attempt.signal, deleteSnapshots: 'include' });
        return deleted(key, answer._response.headers.get(PERMANENT) === 'false');
      });
    } catch (error) {
      signal?.throwIfAborted();
      return resultOf(key, error);
    }
  }
}
