import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { HttpResponse } from '../../lib/http/request.ts';
import { baseOf, type BucketPlace } from '../address.ts';
import { deleted, resultOf, unconfirmed } from '../cloud/delete.ts';
import type { CloudLock, Retaining } from '../cloud/retention.ts';
import { RetainingStore, type Writing } from '../cloud/retaining-store.ts';
import { CONTENT_TYPE, type PageQuestion, type PutOutcome, type Reading } from '../cloud/store.ts';
import type { ListPage } from '../listing.ts';
import type { StoreProbe } from '../probe.ts';
import type { DeleteResult, StoreCapabilities } from '../store.ts';
import { GcsBucket } from './bucket.ts';
import type { GcsClient } from './client.ts';
import { gcsRetaining, HOLD, resourceOf, uploadWith } from './retention.ts';

const DELETES_AT_ONCE = 32;
const PERMISSIONS = {
  read: 'storage.objects.get',
  list: 'storage.objects.list',
  write: 'storage.objects.create and storage.objects.delete',
  remove: 'storage.objects.delete',
};

/** The members of an object that are asked for; numbers come as text. */
const FIELDS = 'name,size,timeCreated';
const Stored = z.object({ name: z.string(), size: z.coerce.number(), timeCreated: z.coerce.date() });
const Written = z.object({ generation: z.union([z.string(), z.number()]) });
const List = z.object({
  kind: z.literal('storage#objects'),
  items: z.array(Stored.partial()).optional(),
  prefixes: z.array(z.string()).optional(),
  nextPageToken: z.string().optional(),
});

/** A repository in a bucket of Google Cloud Storage. */
export class GcsStore extends RetainingStore implements StoreProbe {
  readonly description: string;
  readonly capabilities: StoreCapabilities = {
    conditionalPut: 'enforced',
    versioning: 'unknown',
    objectLock: 'unknown',
  };
  readonly provider = 'Google Cloud';
  readonly permissions = { list: PERMISSIONS.list, remove: PERMISSIONS.remove };
  readonly #client: GcsClient;
  readonly #bucket: GcsBucket;
  readonly #name: string;
  protected readonly base: string;
  protected readonly lock: CloudLock;
  protected readonly retaining: Retaining;

  constructor(client: GcsClient, place: BucketPlace, where: string, lock: CloudLock) {
    super();
    this.lock = lock;
    this.retaining = gcsRetaining(client, (key) => this.#path(key));
    this.#client = client;
    this.#bucket = new GcsBucket(client, place);
    this.#name = encodeURIComponent(place.bucket);
    this.base = baseOf(place);
    this.description = where;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  versioning(signal?: AbortSignal): Promise<boolean> {
    return this.#bucket.versioning(signal);
  }

  objectLock(signal?: AbortSignal): Promise<boolean> {
    return this.#bucket.objectLock(signal);
  }

  expiringRules(signal?: AbortSignal): Promise<string[]> {
    return this.#bucket.expiringRules(signal);
  }

  protected override async read(
    key: string,
    { maxBytes = Number.POSITIVE_INFINITY, signal, range }: Reading,
  ): Promise<Buffer> {
    const answer = await this.#client.call(`read ${key}`, PERMISSIONS.read, {
      path: `${this.#path(key)}?alt=media`,
      headers: range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` },
      key,
      maxBytes,
      accept: [404],
      signal,
    });
    if (answer.status === 404) {
      await this.#confirmBucket(signal);
      throw new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not in ${this.description}`);
    }
    if (answer.headers['x-goog-generation'] === undefined) {
      throw new DashkeepError(
        'DK_STORE_UNREACHABLE',
        `cannot read ${key} in ${this.description}: the response has no generation`,
        { advice: reason('check-cloud-endpoint') },
      );
    }
    return answer.body;
  }

  protected override async write(
    key: string,
    body: Buffer,
    { contentType = CONTENT_TYPE, retention, signal }: Writing,
    conditional: boolean,
  ): Promise<PutOutcome> {
    const name = this.base + key;
    const upload = retention && uploadWith(body, { name, contentType, retention: resourceOf(retention) });
    const query = new URLSearchParams({
      ...(upload === undefined ? { uploadType: 'media', name } : { uploadType: 'multipart' }),
      fields: 'generation',
    });
    if (conditional) {
      query.set('ifGenerationMatch', '0');
    }
    const permission = retention === undefined ? PERMISSIONS.write : `${PERMISSIONS.write} and ${HOLD}`;
    const answer = await this.#client.call(`write ${key}`, permission, {
      path: `/upload/storage/v1/b/${this.#name}/o?${query.toString()}`,
      method: 'POST',
      headers: { 'content-type': upload?.contentType ?? contentType },
      body: upload?.body ?? body,
      accept: conditional ? [404, 412] : [404],
      signal,
    });
    if (answer.status === 412) {
      return answer.attempt > 1 ? 'repeated' : 'exists';
    }
    if (answer.status === 404) {
      await this.#confirmBucket(signal);
    }
    // A login page of a proxy responds with 200 and stores nothing.
    if (!Written.safeParse(parsed(answer)).success) {
      throw new DashkeepError('DK_STORE_FAILED', `${this.description} did not confirm that it stored ${key}`);
    }
    return 'written';
  }

  protected override async look(key: string, signal: AbortSignal | undefined) {
    const answer = await this.#client.call(`read the properties of ${key}`, PERMISSIONS.read, {
      path: `${this.#path(key)}?fields=${FIELDS}`,
      accept: [404],
      signal,
    });
    if (answer.status === 404) {
      await this.#confirmBucket(signal);
      return undefined;
    }
    const { data } = Stored.safeParse(parsed(answer));
    return { size: data?.size, lastModified: data?.timeCreated };
  }

  protected override async remove(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]> {
    const keeps = keys.length > 0 && (await this.#bucket.keepsVersions(signal));
    return mapConcurrently(DELETES_AT_ONCE, keys, (key) => this.#delete(key, keeps, signal));
  }

  protected override async date(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { headers } = await this.#client.call('read the time', PERMISSIONS.list, {
      path: this.#query({ prefix: this.base, maxResults: '1', fields: 'kind' }),
      signal,
    });
    return headers.date;
  }

  async #delete(key: string, keeps: boolean, signal: AbortSignal | undefined): Promise<DeleteResult> {
    try {
      const { status, body } = await this.#client.call(`delete ${key}`, PERMISSIONS.remove, {
        path: this.#path(key),
        method: 'DELETE',
        accept: [404],
        signal,
      });
      if (status === 404) {
        await this.#confirmBucket(signal);
      } else if (!['', 'null'].includes(body.toString('latin1').trim())) {
        return unconfirmed(key);
      }
      return deleted(key, keeps && status !== 404);
    } catch (error) {
      signal?.throwIfAborted();
      return resultOf(key, error);
    }
  }

  /** A missing object may mean a missing bucket, or no storage service at all. A list request decides. */
  async #confirmBucket(signal: AbortSignal | undefined): Promise<void> {
    await this.page({ what: 'find the bucket', prefix: '', signal }, '1');
  }

  protected override async page(
    { what, prefix, startAfter, folders, token, signal }: PageQuestion,
    maxResults = '1000',
  ): Promise<ListPage | undefined> {
    const query = { prefix: this.base + prefix, maxResults, fields: `kind,nextPageToken,prefixes,items(${FIELDS})` };
    const answer = await this.#client.call(what, PERMISSIONS.list, {
      path: this.#query({
        ...query,
        ...(startAfter !== undefined && { startOffset: this.base + startAfter }),
        ...(folders === true && { delimiter: '/' }),
        ...(token !== undefined && { pageToken: token }),
      }),
      accept: [404],
      signal,
    });
    if (answer.status === 404) {
      throw this.#bucket.absent(answer);
    }
    const { data } = List.safeParse(parsed(answer));
    return (
      data && {
        entries: (data.items ?? []).map(({ name, size, timeCreated }) => ({ name, size, lastModified: timeCreated })),
        folders: data.prefixes,
        more: data.nextPageToken !== undefined,
        next: data.nextPageToken,
      }
    );
  }

  #query(query: Record<string, string>): string {
    return `/storage/v1/b/${this.#name}/o?${new URLSearchParams(query).toString()}`;
  }

  #path(key: string): string {
    return `/storage/v1/b/${this.#name}/o/${encodeURIComponent(this.base + key)}`;
  }
}

function parsed({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
