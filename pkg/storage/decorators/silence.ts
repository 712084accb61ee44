import { DashkeepError } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult } from '../store.ts';
import { ForwardingStore } from './forwarding.ts';

interface Limits {
  /** Milliseconds without any answer after which it is reported. */
  reported: number;
  /** Milliseconds without any answer after which calls fail, however often the store would still retry. */
  failed: number;
}

/** Extra milliseconds for the slowest connection worth supporting, and for each of many keys. */
const BYTES_PER_MILLISECOND = 64;
const MILLISECONDS_PER_KEY = 1_000;

/**
 * A store that reports when nothing is answered, and fails sooner than all retries of every call would take. After
 * that, calls wait only as long as until silence is reported, until one is answered: each step of a run that ends asks
 * the store again.
 */
export function impatient(store: ObjectStore, limits: Limits, log: Log): ObjectStore {
  return new ImpatientStore(store, limits, log);
}

class ImpatientStore extends ForwardingStore {
  readonly #limits: Limits;
  readonly #log: Log;
  #answered = Number.NEGATIVE_INFINITY;
  /** When the silence began that was reported. */
  #silentSince: number | undefined;
  #gone = false;

  constructor(inner: ObjectStore, limits: Limits, log: Log) {
    super(inner);
    this.#limits = limits;
    this.#log = log;
  }

  override get(key: string, options: { signal?: AbortSignal; maxBytes?: number } = {}): Promise<Buffer> {
    const more = (options.maxBytes ?? Number.POSITIVE_INFINITY) / BYTES_PER_MILLISECOND;
    return this.#within(more, options, (signal) => super.get(key, { ...options, signal }));
  }

  override put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    const more = body.length / BYTES_PER_MILLISECOND;
    return this.#within(more, options, (signal) => super.put(key, body, { ...options, signal }));
  }

  override head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    return this.#within(0, options, (signal) => super.head(key, { signal }));
  }

  override async *list(
    prefix: string,
    options: { startAfter?: string; signal?: AbortSignal } = {},
  ): AsyncIterable<ObjectInfo> {
    const silence = new AbortController();
    const signal = AbortSignal.any([silence.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    const listed = super.list(prefix, { ...options, signal })[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#watched(0, silence, () => listed.next());
        if (next.done === true) {
          return;
        }
        yield next.value;
      }
    } finally {
      await listed.return?.();
    }
  }

  override folders(prefix: string, options: { signal?: AbortSignal } = {}): Promise<string[]> {
    return this.#within(0, options, (signal) => super.folders(prefix, { signal }));
  }

  override deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    const more = keys.length * MILLISECONDS_PER_KEY;
    return this.#within(more, options, (signal) => super.deleteMany(keys, { signal }));
  }

  override clock(options: { signal?: AbortSignal } = {}): Promise<Date> {
    return this.#within(0, options, (signal) => super.clock({ signal }));
  }

  #within<T>(more: number, options: { signal?: AbortSignal }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const silence = new AbortController();
    const signal = AbortSignal.any([silence.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    return this.#watched(more, silence, () => work(signal));
  }

  /** @param more - milliseconds that this call may take longer than others */
  async #watched<T>(more: number, silence: AbortController, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    let timer = setTimeout(() => look(), this.#limits.reported);
    const look = (): void => {
      const since = Math.max(began, this.#answered);
      const silent = performance.now() - since;
      const limit = this.#gone ? this.#limits.reported : this.#limits.failed + more;
      if (silent >= this.#limits.reported) {
        this.#report(since);
      }
      if (silent >= limit) {
        this.#gone = true;
        silence.abort(this.#timeout());
        return;
      }
      const next = this.#silentSince === undefined ? this.#limits.reported : limit;
      timer = setTimeout(look, Math.min(Math.max(next - silent, 1), 2 ** 31 - 1));
    };
    try {
      const result = await work();
      this.#heard();
      return result;
    } catch (error) {
      if (!silence.signal.aborted && !(error instanceof DashkeepError && error.code === 'DK_STORE_TIMEOUT')) {
        this.#heard();
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #report(since: number): void {
    if (this.#silentSince === undefined) {
      this.#silentSince = since;
      const seconds = Math.round(this.#limits.reported / 1000);
      this.#log.warn({ target: this.description, seconds }, 'the target does not respond; waiting for it');
    }
  }

  #heard(): void {
    this.#answered = performance.now();
    this.#gone = false;
    if (this.#silentSince !== undefined) {
      this.#silentSince = undefined;
      this.#log.info({ target: this.description }, 'the target responds again');
    }
  }

  #timeout(): DashkeepError {
    const seconds = Math.round((performance.now() - (this.#silentSince ?? 0)) / 1000);
    return new DashkeepError('DK_STORE_TIMEOUT', `${this.description} has not responded for ${seconds} seconds`);
  }
}
