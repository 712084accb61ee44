import type { z } from 'zod';
import { DashkeepError, reasonOf } from '../contract/errors.ts';
import type { Log } from '../contract/ports.ts';
import type { ObjectStore } from '../storage/store.ts';
import { compress, inflateText, MAX_RECORD_BYTES } from './codec.ts';
import type { Keyring } from './keyring.ts';
import { cacheKey, type SealedCache } from './layout.ts';

interface Calls {
  signal?: AbortSignal;
}

/** Whoever only looks writes an index when so many things had to be read for want of it, and else leaves all as it is. */
export const WORTH_WRITING = 10;

const ABSENT: ReadonlySet<string> = new Set(['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE']);

/**
 * A file under `cache/`: zipped JSON, sealed like other metadata in an encrypted repository. It may be gone, old or
 * damaged at any time, and nothing may hang on its being written.
 */
export class CacheFile<Schema extends z.ZodType> {
  readonly #store: ObjectStore;
  readonly #keyring: Keyring;
  readonly #log: Log;
  readonly #schema: Schema;
  readonly #key: string;

  constructor(ports: { store: ObjectStore; keyring: Keyring; log: Log }, name: SealedCache, schema: Schema) {
    this.#store = ports.store;
    this.#keyring = ports.keyring;
    this.#log = ports.log;
    this.#schema = schema;
    this.#key = cacheKey(name, ports.keyring.encrypted);
  }

  /**
   * @returns undefined when there is none that can be read here.
   * @throws DK_STORE_… when the store does not answer: that says nothing about the file.
   */
  async read({ signal }: Calls = {}): Promise<z.output<Schema> | undefined> {
    try {
      const bytes = await this.#store.get(this.#key, { signal, maxBytes: MAX_RECORD_BYTES });
      const zipped = this.#keyring.encrypted
        ? await this.#keyring.opener.open(bytes, 'DK_INTEGRITY', this.#key)
        : bytes;
      return this.#schema.parse(JSON.parse(await inflateText(zipped, MAX_RECORD_BYTES, 'DK_INTEGRITY', this.#key)));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && !ABSENT.has(error.code)) {
        throw error;
      }
      this.#log.debug({ key: this.#key, reason: reasonOf(error) }, 'a cache is not used');
      return undefined;
    }
  }

  /** Failing that is said in the log only: some may read and not write. */
  async write(value: z.input<Schema>, { signal }: Calls = {}): Promise<void> {
    try {
      const body = await this.#keyring.sealMetadata(await compress(JSON.stringify(value)));
      await this.#store.put(this.#key, body, {
        contentType: this.#keyring.encrypted ? 'application/octet-stream' : 'application/gzip',
        transient: true,
        signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      this.#log.debug({ key: this.#key, reason: reasonOf(error) }, 'a cache cannot be written with these rights');
    }
  }
}
