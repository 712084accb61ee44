import * as z from 'zod';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { append } from '../../lib/append.ts';
import type { HttpResponse } from '../../lib/http/request.ts';
import type { BucketPlace } from '../address.ts';
import { hasBytes } from '../body.ts';
import { resultOf } from '../cloud/delete-result.ts';
import { checkKey, checkPrefix } from '../keys.ts';
import { readList, type ListPage } from '../listing.ts';
import type { StoreProbe } from '../probe.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult, StoreCapabilities } from '../store.ts';
import { GcsBucket } from './bucket.ts';
import type { GcsClient } from './client.ts';

const CONTENT_TYPE = 'application/octet-stream';
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
  nextPageToken: z.string().optional(),
});

interface GetOptions {
  maxBytes?: number;
  signal?: AbortSignal;
  range?: { first: number; last: number };
}

/** A repository in a bucket of Google Cloud Storage. */
export class GcsStore implements ObjectStore, StoreProbe {
  readonly description: string;
  readonly capabilities: StoreCapabilities = {
    conditionalPut: 'enforced',
    versioning: 'unknown',
    objectLock: 'unknown',
  };
  readonly provider = 'Google Cloud';
  readonly wantsLock = false;
  readonly permissions = { list: PERMISSIONS.list, remove: PERMISSIONS.remove };
  readonly #client: GcsClient;
  readonly #bucket: GcsBucket;
  readonly #name: string;
  readonly #base: string;

  constructor(client: GcsClient, { bucket, prefix }: BucketPlace, where: string) {
    this.#client = client;
    this.#bucket = new GcsBucket(client, bucket, prefix);
    this.#name = encodeURIComponent(bucket);
    this.#base = prefix === '' ? '' : `${prefix}/`;
    this.description = where;
  }

  async get(key: string, options: { signal?: AbortSignal; maxBytes?: number } = {}): Promise<Buffer> {
    options.signal?.throwIfAborted();
    checkKey(key);
    return this.#read(key, options);
  }

  async put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    options.signal?.throwIfAborted();
    checkKey(key);
    const { signal, ifAbsent = false } = options;
    const outcome = await this.#write(key, body, ifAbsent, options);
    if (outcome === 'repeated') {
      // A retry met the key: the first attempt may have written it before its answer was lost.
      return { written: await hasBytes(() => this.#read(key, { maxBytes: body.length, signal }), body) };
    }
    return { written: outcome === 'written' };
  }

  async head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key);
    const { signal } = options;
    const answer = await this.#client.call(`look at ${key}`, PERMISSIONS.read, {
      path: `${this.#path(key)}?fields=${FIELDS}`,
      accept: [404],
      signal,
    });
    if (answer.status === 404) {
      await this.#confirmBucket(signal);
      return undefined;
    }
    const { data } = Stored.safeParse(parsed(answer));
    if (data === undefined) {
      throw new DashkeepError('DK_STORE_FAILED', `the store reported neither size nor date of ${key}`);
    }
    return { key, size: data.size, lastModified: data.timeCreated };
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    options.signal?.throwIfAborted();
    checkPrefix(prefix);
    const { startAfter, signal } = options;
    const question = { base: this.#base, prefix, startAfter, where: this.description };
    yield* readList(question, (what, token) => this.#page(what, prefix, { startAfter, token, signal }));
  }

  async deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    options.signal?.throwIfAborted();
    keys.forEach(checkKey);
    const keeps = keys.length > 0 && (await this.#bucket.keepsVersions(options.signal));
    const results: DeleteResult[] = [];
    for (let at = 0; at < keys.length; at += DELETES_AT_ONCE) {
      const batch = keys.slice(at, at + DELETES_AT_ONCE);
      append(results, await Promise.all(batch.map((key) => this.#delete(key, keeps, options.signal))));
    }
    return results;
  }

  /** The `Date` of a list, to the second. */
  async clock({ signal }: { signal?: AbortSignal } = {}): Promise<Date> {
    const { headers } = await this.#client.call('ask for the time', PERMISSIONS.list, {
      path: this.#query({ prefix: this.#base, maxResults: '1', fields: 'kind' }),
      signal,
    });
    const time = new Date(headers.date ?? Number.NaN);
    if (Number.isNaN(time.getTime())) {
      throw new DashkeepError('DK_STORE_FAILED', `${this.description} sends responses without a date`);
    }
    return time;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  range(key: string, first: number, last: number, signal?: AbortSignal): Promise<Buffer> {
    return this.#read(key, { range: { first, last }, maxBytes: last - first + 1, signal });
  }

  async putIfAbsent(key: string, body: Buffer, signal?: AbortSignal): Promise<'written' | 'exists'> {
    return (await this.#write(key, body, true, { signal })) === 'written' ? 'written' : 'exists';
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

  async #read(key: string, { maxBytes = Number.POSITIVE_INFINITY, signal, range }: GetOptions): Promise<Buffer> {
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

  async #write(
    key: string,
    body: Buffer,
    ifAbsent: boolean,
    { contentType = CONTENT_TYPE, signal }: PutOptions,
  ): Promise<'written' | 'exists' | 'repeated'> {
    const query = new URLSearchParams({ uploadType: 'media', name: this.#base + key, fields: 'generation' });
    if (ifAbsent) {
      query.set('ifGenerationMatch', '0');
    }
    const answer = await this.#client.call(`write ${key}`, PERMISSIONS.write, {
      path: `/upload/storage/v1/b/${this.#name}/o?${query.toString()}`,
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
      accept: ifAbsent ? [404, 412] : [404],
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
        return { key, problem: { code: 'failed', message: 'the store did not confirm the deletion' } };
      }
      return keeps && status !== 404 ? { key, hidden: true } : { key };
    } catch (error) {
      signal?.throwIfAborted();
      return resultOf(key, error);
    }
  }

  /** A missing object may mean a missing bucket, or no storage service at all. A list request decides. */
  async #confirmBucket(signal: AbortSignal | undefined): Promise<void> {
    await this.#page('find the bucket', '', { signal, maxResults: '1' });
  }

  async #page(
    what: string,
    prefix: string,
    options: { startAfter?: string; token?: string; signal?: AbortSignal; maxResults?: string },
  ): Promise<ListPage | undefined> {
    const { startAfter, token, signal, maxResults = '1000' } = options;
    const query = { prefix: this.#base + prefix, maxResults, fields: `kind,nextPageToken,items(${FIELDS})` };
    const answer = await this.#client.call(what, PERMISSIONS.list, {
      path: this.#query({
        ...query,
        ...(startAfter !== undefined && { startOffset: this.#base + startAfter }),
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
        more: data.nextPageToken !== undefined,
        next: data.nextPageToken,
      }
    );
  }

  #query(query: Record<string, string>): string {
    return `/storage/v1/b/${this.#name}/o?${new URLSearchParams(query).toString()}`;
  }

  #path(key: string): string {
    return `/storage/v1/b/${this.#name}/o/${encodeURIComponent(this.#base + key)}`;
  }
}

function parsed({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
