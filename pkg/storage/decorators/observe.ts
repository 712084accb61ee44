import type { Clock } from '../../contract/ports.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult } from '../store.ts';
import { ForwardingStore } from './forwarding.ts';

/** One call of a store that has ended, well or not. */
export interface StoreCall {
  operation: 'get' | 'put' | 'head' | 'list' | 'delete' | 'clock';
  /** The key; the prefix of a list; the first key of many. */
  key: string;
  /** Sent or received; of a list, what its objects add up to. */
  bytes: number;
  /** Objects that the call was about. */
  objects: number;
  milliseconds: number;
  error?: unknown;
}

export type StoreObserver = (call: StoreCall) => void;

/**
 * A store that reports every call to an observer when it has ended. What the observer throws is the caller's problem.
 */
export function observed(store: ObjectStore, clock: Pick<Clock, 'monotonic'>, observer: StoreObserver): ObjectStore {
  return new ObservedStore(store, clock, observer);
}

class ObservedStore extends ForwardingStore {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #observer: StoreObserver;

  constructor(inner: ObjectStore, clock: Pick<Clock, 'monotonic'>, observer: StoreObserver) {
    super(inner);
    this.#clock = clock;
    this.#observer = observer;
  }

  override get(key: string, options?: { signal?: AbortSignal; maxBytes?: number }): Promise<Buffer> {
    return this.#watch(
      'get',
      key,
      () => super.get(key, options),
      (body) => ({ bytes: body.length, objects: 1 }),
    );
  }

  override put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult> {
    const size = { bytes: body.length, objects: 1 };
    return this.#watch(
      'put',
      key,
      () => super.put(key, body, options),
      () => size,
    );
  }

  override head(key: string, options?: { signal?: AbortSignal }): Promise<ObjectInfo | undefined> {
    return this.#watch(
      'head',
      key,
      () => super.head(key, options),
      () => ({ bytes: 0, objects: 1 }),
    );
  }

  override async *list(
    prefix: string,
    options?: { startAfter?: string; signal?: AbortSignal },
  ): AsyncIterable<ObjectInfo> {
    const call: StoreCall = { operation: 'list', key: prefix, bytes: 0, objects: 0, milliseconds: 0 };
    const started = this.#clock.monotonic();
    try {
      for await (const info of super.list(prefix, options)) {
        call.objects += 1;
        call.bytes += info.size;
        yield info;
      }
    } catch (error) {
      call.error = error;
      throw error;
    } finally {
      this.#observer({ ...call, milliseconds: this.#clock.monotonic() - started });
    }
  }

  override deleteMany(keys: readonly string[], options?: { signal?: AbortSignal }): Promise<DeleteResult[]> {
    const size = { bytes: 0, objects: keys.length };
    return this.#watch(
      'delete',
      keys[0] ?? '',
      () => super.deleteMany(keys, options),
      () => size,
    );
  }

  override clock(options?: { signal?: AbortSignal }): Promise<Date> {
    return this.#watch(
      'clock',
      '',
      () => super.clock(options),
      () => ({ bytes: 0, objects: 0 }),
    );
  }

  async #watch<T>(
    operation: StoreCall['operation'],
    key: string,
    work: () => Promise<T>,
    sizeOf: (result: T) => { bytes: number; objects: number },
  ): Promise<T> {
    const started = this.#clock.monotonic();
    const elapsed = () => this.#clock.monotonic() - started;
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#observer({ operation, key, bytes: 0, objects: 0, milliseconds: elapsed(), error });
      throw error;
    }
    this.#observer({ operation, key, ...sizeOf(result), milliseconds: elapsed() });
    return result;
  }
}
