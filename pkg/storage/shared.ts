import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult, StoreCapabilities } from './store.ts';
import { openStore, type OpenStoreOptions } from './open.ts';
import { parseTarget } from './target.ts';

/**
 * Stores of many targets. Those in the same bucket share one client, because creating one takes longer than a few
 * requests. Only for reading; its stores cannot be probed.
 */
export class SharedStores {
  readonly #optionsFor: (target: string) => Promise<OpenStoreOptions>;
  readonly #opened = new Map<string, Promise<ObjectStore>>();

  /** @param optionsFor - the settings of a target */
  constructor(optionsFor: (target: string) => Promise<OpenStoreOptions>) {
    this.#optionsFor = optionsFor;
  }

  /** @throws what `openStore` throws */
  async open(target: string): Promise<ObjectStore> {
    const place = parseTarget(target);
    if (place.kind === 'directory') {
      return this.#store(target);
    }
    const bucket = `${place.kind}://${place.bucket}`;
    const store = await this.#store(bucket);
    return place.prefix === '' ? store : new FolderStore(store, place.prefix, bucket.length);
  }

  /** Closes every store that was opened. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map(async (store) => (await store.catch(() => undefined))?.close()));
  }

  #store(target: string): Promise<ObjectStore> {
    const known = this.#opened.get(target);
    const store = known ?? this.#optionsFor(target).then((options) => openStore(target, options));
    this.#opened.set(target, store);
    return store;
  }
}

/** A folder of a store, as a store. Closing it does not close that store. */
class FolderStore implements ObjectStore {
  readonly description: string;
  readonly #whole: ObjectStore;
  readonly #base: string;

  /** @param length - of the address at the start of the description */
  constructor(whole: ObjectStore, folder: string, length: number) {
    this.#whole = whole;
    this.#base = `${folder}/`;
    this.description = `${whole.description.slice(0, length)}/${folder}${whole.description.slice(length)}`;
  }

  get capabilities(): StoreCapabilities {
    return this.#whole.capabilities;
  }

  get(key: string, options?: { signal?: AbortSignal; maxBytes?: number }): Promise<Buffer> {
    return this.#whole.get(this.#base + key, options);
  }

  put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult> {
    return this.#whole.put(this.#base + key, body, options);
  }

  async head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectInfo | undefined> {
    const found = await this.#whole.head(this.#base + key, options);
    return found && { ...found, key };
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    const startAfter = options.startAfter === undefined ? undefined : this.#base + options.startAfter;
    for await (const info of this.#whole.list(this.#base + prefix, { ...options, startAfter })) {
      yield { ...info, key: info.key.slice(this.#base.length) };
    }
  }

  folders(prefix: string, options?: { signal?: AbortSignal }): Promise<string[]> {
    return this.#whole.folders(this.#base + prefix, options);
  }

  async deleteMany(keys: readonly string[], options?: { signal?: AbortSignal }): Promise<DeleteResult[]> {
    const results = await this.#whole.deleteMany(
      keys.map((key) => this.#base + key),
      options,
    );
    return results.map((one) => ({ ...one, key: one.key.slice(this.#base.length) }));
  }

  clock(options?: { signal?: AbortSignal }): Promise<Date> {
    return this.#whole.clock(options);
  }

  async close(): Promise<void> {}
}
