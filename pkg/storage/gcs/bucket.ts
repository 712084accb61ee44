import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { HttpResponse } from '../../lib/http/request.ts';
import { baseOf, type BucketPlace } from '../address.ts';
import type { GcsClient } from './client.ts';
import { refusalOf } from './errors.ts';

const PERMISSION = 'storage.buckets.get';

const Configuration = z.object({
  kind: z.literal('storage#bucket'),
  versioning: z.object({ enabled: z.boolean().optional() }).optional(),
  objectRetention: z.object({ mode: z.string().optional() }).optional(),
  lifecycle: z
    .object({
      rule: z
        .array(
          z.object({
            action: z.object({ type: z.string() }),
            condition: z.looseObject({ isLive: z.boolean().optional(), matchesPrefix: z.array(z.string()).optional() }),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** Conditions that only objects meet that were replaced or deleted already. */
const NONCURRENT = ['numNewerVersions', 'daysSinceNoncurrentTime', 'noncurrentTimeBefore'];

/** What the bucket itself is set to. */
export class GcsBucket {
  readonly #client: GcsClient;
  readonly #name: string;
  readonly #below: string;
  #keeps: boolean | undefined;

  constructor(client: GcsClient, place: BucketPlace) {
    this.#client = client;
    this.#name = place.bucket;
    this.#below = baseOf(place);
  }

  async versioning(signal: AbortSignal | undefined): Promise<boolean> {
    const { versioning } = await this.#ask('read whether the bucket keeps versions', 'versioning', signal);
    return versioning?.enabled === true;
  }

  /** Whether deleted objects stay as versions, as far as the key may know; asked once. */
  async keepsVersions(signal: AbortSignal | undefined): Promise<boolean> {
    try {
      this.#keeps ??= await this.versioning(signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DashkeepError && error.code === 'DK_STORE_DENIED')) {
        throw error;
      }
      this.#keeps = false;
    }
    return this.#keeps;
  }

  /** Whether objects can be retained and still be replaced, which needs versions. */
  async objectLock(signal: AbortSignal | undefined): Promise<boolean> {
    const { objectRetention, versioning } = await this.#ask(
      'read the object retention setting',
      'objectRetention,versioning',
      signal,
    );
    return objectRetention?.mode === 'Enabled' && versioning?.enabled === true;
  }

  /** Names of the lifecycle rules that delete current objects below the target. */
  async expiringRules(signal: AbortSignal | undefined): Promise<string[]> {
    const { lifecycle } = await this.#ask('read the lifecycle rules', 'lifecycle', signal);
    return (lifecycle?.rule ?? [])
      .filter(({ action, condition }) => action.type === 'Delete' && this.#meets(condition))
      .map(({ condition }) => JSON.stringify(condition).slice(0, 60));
  }

  /** The error for a bucket that is not there, or for an address behind which there are no buckets. */
  absent(answer: HttpResponse): DashkeepError {
    const where = `gs://${this.#name}`;
    return refusalOf(answer).code === ''
      ? new DashkeepError('DK_STORE_UNREACHABLE', `${where}: the response is HTTP 404 without an error code`, {
          advice: reason('check-cloud-endpoint'),
        })
      : new DashkeepError('DK_STORE_NO_BUCKET', `the bucket ${where} does not exist`);
  }

  #meets(condition: { isLive?: boolean; matchesPrefix?: string[] }): boolean {
    const { isLive, matchesPrefix } = condition;
    const isNoncurrent = isLive === false || NONCURRENT.some((name) => name in condition);
    const prefixes = matchesPrefix ?? [''];
    return !isNoncurrent && prefixes.some((prefix) => this.#below.startsWith(prefix) || prefix.startsWith(this.#below));
  }

  async #ask(what: string, field: string, signal: AbortSignal | undefined): Promise<z.infer<typeof Configuration>> {
    const answer = await this.#client.call(what, PERMISSION, {
      path: `/storage/v1/b/${encodeURIComponent(this.#name)}?fields=kind,${field}`,
      accept: [404],
      signal,
    });
    if (answer.status === 404) {
      throw this.absent(answer);
    }
    try {
      return Configuration.parse(JSON.parse(answer.body.toString('utf8')));
    } catch (cause) {
      throw new DashkeepError('DK_STORE_FAILED', `cannot ${what}: the response does not come from a bucket`, { cause });
    }
  }
}
