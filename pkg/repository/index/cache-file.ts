import type { z } from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { compress, inflateText, MAX_RECORD_BYTES } from '../objects/codec.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { cacheKey, type SealedCache } from '../layout.ts';
import type { Trust } from '../signing/trust.ts';

/**
 * Anyone who only looks writes an index when many things had to be read without it, and otherwise leaves all as it is.
 */
export const WORTH_WRITING = 10;

const ABSENT: ReadonlySet<string> = new Set(['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE']);

interface CachePorts {
  store: ObjectStore;
  keyring: Keyring;
  trust?: Trust;
  log: Log;
}

/**
 * A file under `cache/`: zipped JSON, sealed like other metadata in an encrypted repository. It may be gone, old or
 * damaged at any time, and nothing may hang on its being written.
 */
export class CacheFile<Schema extends z.ZodType> {
  readonly #ports: CachePorts;
  readonly #schema: Schema;
  readonly #key: string;
  readonly #seal: (plain: Buffer) => Promise<Buffer>;

  /**
   * @param ports.trust - given where others decide by it: then it is signed, and read only when a trusted key has
   * signed it
   * @param sealed - in an encrypted repository `object` is for those alone who can read objects
   */
  constructor(ports: CachePorts, name: SealedCache, schema: Schema, sealed: 'metadata' | 'object' = 'metadata') {
    const { keyring } = ports;
    this.#ports = ports;
    this.#seal = sealed === 'object' ? keyring.sealObject : keyring.sealMetadata;
    this.#schema = schema;
    this.#key = cacheKey(name, keyring.encrypted);
  }

  /**
   * @returns undefined when there is none that can be read here.
   * @throws DK_STORE_… when the store does not answer: that says nothing about the file.
   */
  async read({ signal }: Abortable = {}): Promise<z.output<Schema> | undefined> {
    try {
      const bytes = await this.#ports.store.get(this.#key, { signal, maxBytes: MAX_RECORD_BYTES });
      const zipped = this.#ports.keyring.encrypted
        ? await this.#ports.keyring.opener.open(bytes, 'DK_INTEGRITY', this.#key)
        : bytes;
      const text = await inflateText(zipped, MAX_RECORD_BYTES, 'DK_INTEGRITY', this.#key);
      // The JSON is one line; behind it is the statement of anyone who signed that line.
      const end = text.indexOf('\n');
      const [json, statement] = end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
      this.#assertTrusted(json, statement);
      return this.#schema.parse(JSON.parse(json));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && !ABSENT.has(error.code)) {
        throw error;
      }
      this.#ports.log.debug({ object: this.#key, reason: reasonOf(error) }, 'a cache is not used');
      return undefined;
    }
  }

  #assertTrusted(json: string, statement: string): void {
    const { trust } = this.#ports;
    if (trust?.standing === 'pinned' && !trust.keys.trusted.has(trust.signerOf(this.#key, json, statement) ?? '')) {
      throw new DashkeepError('DK_INTEGRITY', `${this.#key} is not signed by a trusted key`);
    }
  }

  /**
   * Failing that is said in the log only: some may read and not write.
   * @returns whether it was written.
   */
  async write(value: z.input<Schema>, { signal }: Abortable = {}): Promise<boolean> {
    const { trust } = this.#ports;
    if (trust !== undefined && trust.standing !== 'unsigned' && trust.own === undefined) {
      // One that is not signed would only take the place of one that is.
      return false;
    }
    try {
      const json = JSON.stringify(value);
      const statement = trust?.own === undefined ? undefined : await trust.signing.statement(this.#key, json);
      const text = statement === undefined ? json : `${json}\n${statement}`;
      const body = await this.#seal(await compress(text));
      await this.#ports.store.put(this.#key, body, {
        contentType: this.#ports.keyring.encrypted ? 'application/octet-stream' : 'application/gzip',
        transient: true,
        signal,
      });
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      this.#ports.log.debug(
        { object: this.#key, reason: reasonOf(error) },
        'a cache cannot be written with these permissions',
      );
      return false;
    }
  }
}
