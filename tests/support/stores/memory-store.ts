import { DashkeepError } from '../../../pkg/contract/errors.ts';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { checkKey, checkPrefix, compareKeys } from '../../../pkg/storage/keys.ts';
import type {
  DeleteResult,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  PutResult,
  StoreCapabilities,
} from '../../../pkg/storage/store.ts';
import { tooLarge } from '../../../pkg/storage/errors.ts';
import { foldersOf } from './read.ts';

export interface MemoryStoreOptions {
  /** The store's own clock; the machine's when absent. */
  clock?: Pick<Clock, 'now'>;
  /** Keep what was overwritten or deleted, as a bucket with versioning does. */
  versions?: boolean;
  /** What a conditional put does: answer truly (the default), or write in spite of the condition. */
  conditionalPut?: 'enforced' | 'ignored';
  /** Of a store that is at another one's place. */
  description?: string;
}

/** One state that a key once had; `body` is absent for a delete marker. */
export interface MemoryVersion {
  body?: Buffer;
  lastModified: Date;
}

/** A store that lives as long as the process: for tests and trials. */
export class MemoryStore implements ObjectStore {
  /** Each is another target, also for what a state remembers of it. */
  static #made = 0;
  readonly description: string;
  readonly capabilities: StoreCapabilities;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #versions: boolean;
  readonly #history = new Map<string, MemoryVersion[]>();

  constructor(options: MemoryStoreOptions = {}) {
    this.#clock = options.clock ?? { now: () => new Date() };
    this.#versions = options.versions ?? false;
    this.description = options.description ?? `memory:${MemoryStore.#made++}`;
    this.capabilities = {
      conditionalPut: options.conditionalPut ?? 'enforced',
      versioning: this.#versions,
      objectLock: false,
    };
  }

  async get(key: string, options: { signal?: AbortSignal; maxBytes?: number } = {}): Promise<Buffer> {
    options.signal?.throwIfAborted();
    checkKey(key);
    const current = this.#current(key);
    if (current === undefined) {
      throw new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not in ${this.description}`);
    }
    if (options.maxBytes !== undefined && current.body.length > options.maxBytes) {
      throw tooLarge(key, options.maxBytes);
    }
    return Buffer.from(current.body);
  }

  async put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    options.signal?.throwIfAborted();
    checkKey(key);
    if (options.ifAbsent && this.capabilities.conditionalPut === 'enforced' && this.#current(key) !== undefined) {
      return { written: false };
    }
    this.#append(key, { body: Buffer.from(body), lastModified: this.#clock.now() });
    return { written: true };
  }

  async head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key);
    const current = this.#current(key);
    return current && { key, size: current.body.length, lastModified: current.lastModified };
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    options.signal?.throwIfAborted();
    checkPrefix(prefix);
    const after = options.startAfter;
    const keys = [...this.#history.keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0),
    );
    for (const key of keys.sort(compareKeys)) {
      options.signal?.throwIfAborted();
      const current = this.#current(key);
      if (current !== undefined) {
        yield { key, size: current.body.length, lastModified: current.lastModified };
      }
    }
  }

  async folders(prefix: string): Promise<string[]> {
    return foldersOf(this, prefix);
  }

  async deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    options.signal?.throwIfAborted();
    keys.forEach(checkKey);
    return keys.map((key) => {
      if (!this.#versions) {
        this.#history.delete(key);
      } else if (this.#current(key) !== undefined) {
        this.#append(key, { lastModified: this.#clock.now() });
        return { key, hidden: true };
      }
      return { key };
    });
  }

  async clock(options: { signal?: AbortSignal } = {}): Promise<Date> {
    options.signal?.throwIfAborted();
    return this.#clock.now();
  }

  async close(): Promise<void> {}

  /** Every state of a key, oldest first; only the present one without `versions`. */
  versionsOf(key: string): readonly MemoryVersion[] {
    return this.#history.get(key) ?? [];
  }

  #current(key: string): { body: Buffer; lastModified: Date } | undefined {
    const last = this.#history.get(key)?.at(-1);
    return last?.body && { body: last.body, lastModified: last.lastModified };
  }

  #append(key: string, version: MemoryVersion): void {
    const before = this.#versions ? (this.#history.get(key) ?? []) : [];
    this.#history.set(key, [...before, version]);
  }
}
