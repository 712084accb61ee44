import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { compress, ENVELOPE_BYTES, inflate, MAX_OBJECT_BYTES, readOut } from './codec.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { isObjectId, objectKey } from '../layout.ts';
import { walkObjects, type ListedObject } from './listing.ts';
import { RecentValues } from '../../lib/recent-values.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

/** Up to here a HEAD for each is cheaper than listing. */
const HEAD_LIMIT = 32;

/**
 * How many of the ids that were written here are known. What is the same again, as permissions often are, comes soon or
 * often; to know them all would be a third of what a run keeps of each resource.
 */
const WRITTEN = 2000;

/** About as many ids as make one more parallel listing worth its requests. */
const IDS_PER_LISTING = 1500;

/**
 * A page of each is in memory as text and as values: with 16 concurrently that was more than the rest of a backup's
 * end.
 */
const LISTINGS = 4;

/** Of that many suspects, bodies are in memory. */
const READS_AT_ONCE = 4;

export interface MissingOptions extends Abortable {
  /** Ids of objects that may be damaged: those that are wanted are read. */
  suspects?: Iterable<string> | undefined;
}

/** The objects of one repository, as one process sees them. */
export class Objects {
  readonly #store: ObjectStore;
  readonly #keyring: Keyring;
  /** Ids believed to be in the store, from recent manifests and those published here. */
  readonly #known = new Set<string>();
  /** And those written here lately. */
  readonly #written = new RecentValues<true>(WRITTEN);
  readonly #writing = new Map<string, Promise<{ written: boolean }>>();

  constructor(store: ObjectStore, keyring: Keyring) {
    this.#store = store;
    this.#keyring = keyring;
  }

  /** Believes from now on that the store holds these; `missing` checks it. */
  remember(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#known.add(id);
    }
  }

  /** Believes it no longer: they were found missing, and are to be put again. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#known.delete(id);
      this.#written.delete(id);
    }
  }

  async put(id: string, canonical: string | Buffer, calls: Abortable = {}): Promise<{ written: boolean }> {
    if (Buffer.byteLength(canonical) > MAX_OBJECT_BYTES) {
      throw new DashkeepError('DK_USAGE', `a resource of more than ${MAX_OBJECT_BYTES} bytes cannot be stored`);
    }
    return this.putCompressed(id, () => compress(canonical), calls);
  }

  /** @param compressed gives what is to be stored, when it is to be. */
  async putCompressed(
    id: string,
    compressed: () => Promise<Buffer>,
    { signal }: Abortable,
  ): Promise<{ written: boolean }> {
    if (this.#known.has(id) || this.#written.get(id) === true) {
      return { written: false };
    }
    const running = this.#writing.get(id);
    if (running !== undefined) {
      await running;
      return { written: false };
    }
    const writing = this.#write(id, compressed, signal);
    this.#writing.set(id, writing);
    try {
      const result = await writing;
      this.#written.set(id, true);
      return result;
    } finally {
      this.#writing.delete(id);
    }
  }

  /** Puts it whether or not it is known, in the form that its snapshots look for: what was found missing or damaged. */
  async replace(id: string, canonical: string, encrypted: boolean, { signal }: Abortable = {}): Promise<void> {
    const body = await compress(canonical);
    await this.#store.put(objectKey(id, encrypted), encrypted ? await this.#keyring.sealObject(body) : body, {
      contentType: contentType(encrypted),
      signal,
    });
    this.#written.set(id, true);
  }

  async #write(id: string, compressed: () => Promise<Buffer>, signal?: AbortSignal): Promise<{ written: boolean }> {
    const { encrypted } = this.#keyring;
    const key = objectKey(id, encrypted);
    const body = await this.#keyring.sealObject(await compressed());
    signal?.throwIfAborted();
    // What is encrypted is put without the condition: whether the one that is there is whole, a writer cannot know.
    const ifAbsent = !encrypted && this.#store.capabilities.conditionalPut === 'enforced';
    const { written } = await this.#store.put(key, body, { ifAbsent, contentType: contentType(encrypted), signal });
    if (written || (await this.#isSound(id, signal))) {
      return { written };
    }
    // It was there, but damaged.
    await this.#store.put(key, body, { contentType: contentType(encrypted), signal });
    return { written: true };
  }

  #isSound(id: string, signal?: AbortSignal): Promise<boolean> {
    const read = this.read(id, false, { signal }).then(() => true);
    return read.catch(valueIf(hasCode('DK_OBJECT_DAMAGED', 'DK_OBJECT_MISSING'), false));
  }

  async get(id: string, calls: Abortable = {}): Promise<string> {
    const { encrypted } = this.#keyring;
    try {
      return await this.read(id, encrypted, calls);
    } catch (error) {
      if (!isUnreadable(error)) {
        throw error;
      }
      // The repository may hold snapshots from before or after encryption was switched on, and someone may have put
      // another file beside one. Content has its id in one form only, so that nothing can pass for it in the other.
      return await this.read(id, !encrypted, calls).catch((other: unknown) => {
        throw isUnreadable(other) && error.code !== 'DK_OBJECT_MISSING' ? error : other;
      });
    }
  }

  /** Reads one form and checks it against the id. */
  async read(id: string, encrypted: boolean, { signal }: Abortable = {}): Promise<string> {
    const key = objectKey(id, encrypted);
    let bytes: Buffer;
    try {
      bytes = await this.#store.get(key, { signal, maxBytes: MAX_OBJECT_BYTES + ENVELOPE_BYTES });
    } catch (cause) {
      if (cause instanceof DashkeepError && cause.code === 'DK_STORE_NOT_FOUND') {
        throw new DashkeepError('DK_OBJECT_MISSING', `object ${id} is not in ${this.#store.description}`, { cause });
      }
      if (cause instanceof DashkeepError && cause.code === 'DK_STORE_TOO_LARGE') {
        throw new DashkeepError('DK_OBJECT_DAMAGED', `object ${id} is larger than any object can be`, { cause });
      }
      throw cause;
    }
    const what = `object ${id}`;
    const zipped = encrypted ? await this.#keyring.opener.open(bytes, 'DK_OBJECT_DAMAGED', what) : bytes;
    const canonical = await inflate(zipped, MAX_OBJECT_BYTES, 'DK_OBJECT_DAMAGED', what);
    const verdict = this.#keyring.check(id, canonical, encrypted);
    if (verdict !== 'match') {
      // Anyone can encrypt for a recipient: without the repository's key nothing ties content to a signed snapshot.
      const why =
        verdict === 'mismatch' ? 'does not match its ID' : 'cannot be checked: the repository’s key is missing here';
      throw new DashkeepError('DK_OBJECT_DAMAGED', `${what} ${why}`);
    }
    return readOut(canonical);
  }

  /**
   * Those of the ids that the store does not hold now; of the suspects, also those that cannot be read here. What is
   * believed is left as it is; see `forget`.
   */
  async missing(ids: Iterable<string>, { suspects = [], signal }: MissingOptions = {}): Promise<Set<string>> {
    const missing = new Set<string>();
    for (const id of ids) {
      if (!isObjectId(id)) {
        objectKey(id, false);
      }
      missing.add(id);
    }
    const doubtful = [...suspects].filter((id) => missing.has(id));
    if (missing.size <= HEAD_LIMIT) {
      await Promise.all([...missing].map((id) => this.#head(id, missing, signal)));
    } else {
      const listings = Math.min(LISTINGS, Math.ceil(missing.size / IDS_PER_LISTING));
      const found = (object: ListedObject): void => void (object.size > 0 && missing.delete(object.id));
      await walkObjects(this.#store, found, { listings, signal });
    }
    const read = async (id: string): Promise<void> => {
      const isReadable = this.get(id, { signal }).then(() => true);
      if (!(await isReadable.catch(valueIf(isUnreadable, false)))) {
        missing.add(id);
      }
    };
    await forEachConcurrently(READS_AT_ONCE, doubtful, read, signal);
    return missing;
  }

  async #head(id: string, missing: Set<string>, signal?: AbortSignal): Promise<void> {
    const { encrypted } = this.#keyring;
    const form = async (sealed: boolean): Promise<number> =>
      (await this.#store.head(objectKey(id, sealed), { signal }))?.size ?? 0;
    if ((await form(encrypted)) > 0 || (await form(!encrypted)) > 0) {
      missing.delete(id);
    }
  }
}

function contentType(encrypted: boolean): string {
  return encrypted ? 'application/octet-stream' : 'application/gzip';
}

function isUnreadable(error: unknown): error is DashkeepError {
  return (
    error instanceof DashkeepError &&
    ['DK_OBJECT_MISSING', 'DK_OBJECT_DAMAGED', 'DK_IDENTITY_MISSING'].includes(error.code)
  );
}
