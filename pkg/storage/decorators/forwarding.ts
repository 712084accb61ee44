import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult, StoreCapabilities } from '../store.ts';

/** A store that hands everything on; decorators override what they change. */
export class ForwardingStore implements ObjectStore {
  /** What is decorated, for those who need what the port does not offer. */
  readonly inner: ObjectStore;

  constructor(inner: ObjectStore) {
    this.inner = inner;
  }

  get description(): string {
    return this.inner.description;
  }

  get capabilities(): StoreCapabilities {
    return this.inner.capabilities;
  }

  get localClock(): boolean {
    return this.inner.localClock === true;
  }

  get(key: string, options?: { signal?: AbortSignal; maxBytes?: number }): Promise<Buffer> {
    return this.inner.get(key, options);
  }

  put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult> {
    return this.inner.put(key, body, options);
  }

  head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectInfo | undefined> {
    return this.inner.head(key, options);
  }

  list(prefix: string, options?: { startAfter?: string; signal?: AbortSignal }): AsyncIterable<ObjectInfo> {
    return this.inner.list(prefix, options);
  }

  folders(prefix: string, options?: { signal?: AbortSignal }): Promise<string[]> {
    return this.inner.folders(prefix, options);
  }

  deleteMany(keys: readonly string[], options?: { signal?: AbortSignal }): Promise<DeleteResult[]> {
    return this.inner.deleteMany(keys, options);
  }

  clock(options?: { signal?: AbortSignal }): Promise<Date> {
    return this.inner.clock(options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
