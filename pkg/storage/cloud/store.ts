import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { hasBytes } from '../body.ts';
import { checkKey, checkPrefix } from '../keys.ts';
import { readFolders, readList, type ListPage } from '../listing.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult, StoreCapabilities } from '../store.ts';

/** How a stored object is read. */
export interface Reading {
  maxBytes?: number;
  signal?: AbortSignal;
  /** First and last byte, both included. */
  range?: { first: number; last: number };
}

/** What became of a put; `repeated`: a retry found the key there, which its own first attempt may have written. */
export type PutOutcome = 'written' | 'exists' | 'repeated' | 'refused';

/** Which page of a list is asked for. */
export interface PageQuestion {
  /** What is done, for an error. */
  what: string;
  prefix: string;
  startAfter?: string;
  /** List folders instead of their contents. */
  folders?: boolean;
  token?: string;
  signal?: AbortSignal;
}

/** The content type of everything that has no other. */
export const CONTENT_TYPE = 'application/octet-stream';

/** The common part of the stores of cloud services: keys, signals, and writes that were repeated. */
export abstract class CloudStore implements ObjectStore {
  abstract readonly description: string;
  abstract readonly capabilities: StoreCapabilities;
  /** What the names of all objects start with. */
  protected abstract readonly base: string;

  async get(key: string, options: Reading = {}): Promise<Buffer> {
    options.signal?.throwIfAborted();
    checkKey(key);
    return this.read(key, options);
  }

  async put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    const { signal, ifAbsent = false } = options;
    signal?.throwIfAborted();
    checkKey(key);
    const outcome = await this.write(key, body, options, ifAbsent && this.capabilities.conditionalPut !== 'refused');
    if (outcome === 'refused') {
      this.capabilities.conditionalPut = 'refused';
      await this.write(key, body, options, false);
    } else if (outcome === 'repeated') {
      // The first attempt may have written it before its answer was lost.
      return { written: await hasBytes(() => this.read(key, { maxBytes: body.length, signal }), body) };
    }
    return { written: outcome !== 'exists' };
  }

  async head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    checkKey(key);
    const found = await this.look(key, options.signal);
    if (found === undefined) {
      return undefined;
    }
    const { size, lastModified } = found;
    if (size === undefined || lastModified === undefined) {
      throw new DashkeepError('DK_STORE_FAILED', `the target reported neither size nor date of ${key}`);
    }
    return { key, size, lastModified };
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    options.signal?.throwIfAborted();
    checkPrefix(prefix);
    const question = { base: this.base, prefix, startAfter: options.startAfter, where: this.description };
    yield* readList(question, (what, token) => this.page({ ...options, what, prefix, token }));
  }

  async folders(prefix: string, { signal }: { signal?: AbortSignal } = {}): Promise<string[]> {
    signal?.throwIfAborted();
    checkPrefix(prefix);
    const question = { base: this.base, prefix, where: this.description };
    return readFolders(question, (what, token) => this.page({ what, prefix, token, signal, folders: true }));
  }

  async deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    options.signal?.throwIfAborted();
    keys.forEach(checkKey);
    return this.remove(keys, options.signal);
  }

  /** The `Date` of an answer, to the second. */
  async clock(options: { signal?: AbortSignal } = {}): Promise<Date> {
    const time = new Date((await this.date(options.signal)) ?? Number.NaN);
    if (Number.isNaN(time.getTime())) {
      throw new DashkeepError('DK_STORE_FAILED', `${this.description} sends responses without a date`, {
        advice: reason('keep-date-header'),
      });
    }
    return time;
  }

  range(key: string, first: number, last: number, signal?: AbortSignal): Promise<Buffer> {
    return this.read(key, { range: { first, last }, maxBytes: last - first + 1, signal });
  }

  async putIfAbsent(key: string, body: Buffer, signal?: AbortSignal): Promise<'written' | 'exists' | 'refused'> {
    const outcome = await this.write(key, body, { transient: true, signal }, true);
    return outcome === 'repeated' ? 'exists' : outcome;
  }

  abstract close(): Promise<void>;

  /** @throws DK_STORE_NOT_FOUND if it does not exist */
  protected abstract read(key: string, options: Reading): Promise<Buffer>;

  /** @param conditional - only if there is none yet */
  protected abstract write(key: string, body: Buffer, options: PutOptions, conditional: boolean): Promise<PutOutcome>;

  /** Undefined when the key is absent. */
  protected abstract look(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<{ size?: number; lastModified?: Date } | undefined>;

  /** Undefined where the response is no list. */
  protected abstract page(question: PageQuestion): Promise<ListPage | undefined>;

  protected abstract remove(keys: readonly string[], signal: AbortSignal | undefined): Promise<DeleteResult[]>;

  protected abstract date(signal: AbortSignal | undefined): Promise<Date | string | undefined>;
}
