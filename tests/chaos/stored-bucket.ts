import type { DeleteResult, ObjectInfo, ObjectStore } from '../../pkg/storage/store.ts';
import { all, keysOf } from '../support/stores/read.ts';
import type { Bucket } from './store.ts';

/** A bucket on a real server, whose objects are dated by the test's clock. */
export class StoredBucket implements Bucket {
  readonly #store: ObjectStore;
  readonly #dates = new Map<string, Date>();

  /** @param store - an empty one */
  constructor(store: ObjectStore) {
    this.#store = store;
  }

  keys(): Promise<string[]> {
    return keysOf(this.#store, '');
  }

  read(key: string): Promise<Buffer> {
    return this.#store.get(key);
  }

  async write(key: string, body: Buffer, now: Date, ifAbsent?: boolean): Promise<boolean> {
    const { written } = await this.#store.put(key, body, { ifAbsent });
    if (written) {
      this.#dates.set(key, now);
    }
    return written;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const found = await this.#store.head(key);
    return found && this.#dated(found);
  }

  async list(prefix: string, startAfter?: string): Promise<ObjectInfo[]> {
    return (await all(this.#store.list(prefix, { startAfter }))).map((info) => this.#dated(info));
  }

  remove(keys: readonly string[]): Promise<DeleteResult[]> {
    return this.#store.deleteMany(keys);
  }

  #dated(info: ObjectInfo): ObjectInfo {
    return { ...info, lastModified: this.#dates.get(info.key) ?? info.lastModified };
  }
}
