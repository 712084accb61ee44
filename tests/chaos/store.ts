import { DashkeepError } from '../../pkg/contract/errors.ts';
import type {
  DeleteResult,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
} from '../../pkg/storage/store.ts';
import { foldersOf } from '../support/stores/read.ts';

interface Stored {
  body: Buffer;
  lastModified: Date;
}

/** Where objects are, with times of the test's clock. */
export interface Bucket {
  keys(): Promise<string[]>;
  /** @throws DK_STORE_NOT_FOUND */
  read(key: string): Promise<Buffer>;
  /** @returns whether it was written */
  write(key: string, body: Buffer, now: Date, ifAbsent?: boolean): Promise<boolean>;
  head(key: string): Promise<ObjectInfo | undefined>;
  list(prefix: string, startAfter?: string): Promise<ObjectInfo[]>;
  remove(keys: readonly string[]): Promise<DeleteResult[]>;
}

export class MemoryBucket implements Bucket {
  readonly #files = new Map<string, Stored>();

  async keys(): Promise<string[]> {
    return [...this.#files.keys()].sort();
  }

  async read(key: string): Promise<Buffer> {
    const found = this.#files.get(key);
    if (found === undefined) {
      throw new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not there`);
    }
    return Buffer.from(found.body);
  }

  async write(key: string, body: Buffer, now: Date, ifAbsent = false): Promise<boolean> {
    if (ifAbsent && this.#files.has(key)) {
      return false;
    }
    this.#files.set(key, { body: Buffer.from(body), lastModified: now });
    return true;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const found = this.#files.get(key);
    return found && { key, size: found.body.length, lastModified: found.lastModified };
  }

  async list(prefix: string, startAfter?: string): Promise<ObjectInfo[]> {
    return [...this.#files]
      .filter(([key]) => key.startsWith(prefix) && (startAfter === undefined || key > startAfter))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { body, lastModified }]) => ({ key, size: body.length, lastModified }));
  }

  async remove(keys: readonly string[]): Promise<DeleteResult[]> {
    keys.forEach((key) => this.#files.delete(key));
    return keys.map((key) => ({ key }));
  }
}

/** Writes all that one bucket has into another, so that a hundred fates can begin at the same point. */
export async function copied<T extends Bucket>(from: Bucket, to: T): Promise<T> {
  for (const { key, lastModified } of await from.list('')) {
    await to.write(key, await from.read(key), lastModified);
  }
  return to;
}

export type Method = 'get' | 'put' | 'head' | 'list' | 'deleteMany' | 'clock';

/**
 * What may happen to a call. `effect` lets it happen; a guard may throw before or after it, delay it, or change the
 * bytes on their way to or from the bucket.
 */
export type Guard = <T>(call: { method: Method; key: string }, effect: (spoil?: Spoil) => Promise<T>) => Promise<T>;
export type Spoil = (bytes: Buffer) => Buffer;

/** One client's view of a bucket, each of its calls passing a guard. */
export class GuardedStore implements ObjectStore {
  readonly description = 'chaos';
  readonly capabilities: StoreCapabilities;
  readonly #bucket: Bucket;
  readonly #now: () => Date;
  readonly #guard: Guard;

  constructor(
    bucket: Bucket,
    now: () => Date,
    guard: Guard = (_call, effect) => effect(),
    conditionalPut: 'enforced' | 'ignored' = 'enforced',
  ) {
    this.#bucket = bucket;
    this.#now = now;
    this.#guard = guard;
    this.capabilities = { conditionalPut, versioning: false, objectLock: false };
  }

  get(key: string, options: { maxBytes?: number; signal?: AbortSignal } = {}): Promise<Buffer> {
    options.signal?.throwIfAborted();
    return this.#guard({ method: 'get', key }, async (spoil = (bytes) => bytes) => spoil(await this.#bucket.read(key)));
  }

  put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    options.signal?.throwIfAborted();
    return this.#guard({ method: 'put', key }, async (spoil) => {
      const ifAbsent = options.ifAbsent === true && this.capabilities.conditionalPut === 'enforced';
      if (spoil === undefined) {
        return { written: await this.#bucket.write(key, body, this.#now(), ifAbsent) };
      }
      const isThere = (await this.#bucket.head(key)) !== undefined;
      if (!isThere && !key.startsWith('snapshots/')) {
        // Replacing is atomic by the contract of a store, and so is the one put that publishes. Anything else may be
        // left in pieces.
        await this.#bucket.write(key, spoil(Buffer.from(body)), this.#now());
      }
      return { written: !(ifAbsent && isThere) };
    });
  }

  head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    return this.#guard({ method: 'head', key }, () => this.#bucket.head(key));
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    options.signal?.throwIfAborted();
    yield* await this.#guard({ method: 'list', key: prefix }, () => this.#bucket.list(prefix, options.startAfter));
  }

  async folders(prefix: string): Promise<string[]> {
    return foldersOf(this, prefix);
  }

  deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    options.signal?.throwIfAborted();
    return this.#guard({ method: 'deleteMany', key: keys[0] ?? '' }, () => this.#bucket.remove(keys));
  }

  clock(): Promise<Date> {
    return this.#guard({ method: 'clock', key: '' }, async () => this.#now());
  }

  async close(): Promise<void> {}
}
