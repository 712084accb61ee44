import { DashkeepError } from '../../pkg/contract/errors.ts';
import type {
  DeleteResult,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
} from '../../pkg/storage/store.ts';

interface Stored {
  body: Buffer;
  lastModified: Date;
}

/** A bucket that can be copied, so that a hundred fates can begin at the same point. */
export class Bucket {
  readonly files: Map<string, Stored>;

  constructor(files: Map<string, Stored> = new Map()) {
    this.files = files;
  }

  clone(): Bucket {
    return new Bucket(new Map(this.files));
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.files.keys()].sort());
  }

  async read(key: string): Promise<Buffer> {
    const found = this.files.get(key);
    if (found === undefined) {
      throw new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not there`);
    }
    return Buffer.from(found.body);
  }
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
      if (options.ifAbsent && this.capabilities.conditionalPut === 'enforced' && this.#bucket.files.has(key)) {
        return { written: false };
      }
      if (spoil === undefined) {
        this.#bucket.files.set(key, { body: Buffer.from(body), lastModified: this.#now() });
      } else if (!this.#bucket.files.has(key) && !key.startsWith('snapshots/')) {
        // Replacing is atomic by the contract of a store, and so is the one put that publishes. Anything else may be
        // left in pieces.
        this.#bucket.files.set(key, { body: spoil(Buffer.from(body)), lastModified: this.#now() });
      }
      return { written: true };
    });
  }

  head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    return this.#guard({ method: 'head', key }, async () => {
      const found = this.#bucket.files.get(key);
      return found && { key, size: found.body.length, lastModified: found.lastModified };
    });
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    options.signal?.throwIfAborted();
    const page = await this.#guard({ method: 'list', key: prefix }, async () =>
      [...this.#bucket.files]
        .filter(([key]) => key.startsWith(prefix) && (options.startAfter === undefined || key > options.startAfter))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, { body, lastModified }]) => ({ key, size: body.length, lastModified })),
    );
    yield* page;
  }

  deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    options.signal?.throwIfAborted();
    return this.#guard({ method: 'deleteMany', key: keys[0] ?? '' }, async () =>
      keys.map((key) => {
        this.#bucket.files.delete(key);
        return { key };
      }),
    );
  }

  clock(): Promise<Date> {
    return this.#guard({ method: 'clock', key: '' }, async () => this.#now());
  }

  async close(): Promise<void> {}
}
