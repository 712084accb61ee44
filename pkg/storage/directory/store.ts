import { constants } from 'node:fs';
import { link, lstat, open, readdir, realpath, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makePath } from '../../lib/directories.ts';
import { systemCode } from '../../lib/file-errors.ts';
import { append } from '../../lib/append.ts';
import type { Randomness } from '../../contract/ports.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { fromFileSystem } from './errors.ts';
import { makeDirectory, statOf } from './files.ts';
import { DirectoryFlushes } from './flushes.ts';
import { foldersIn, walk } from './walk.ts';
import { tooLarge } from '../errors.ts';
import { checkKey, checkPrefix } from '../keys.ts';
import type { DeleteResult, ObjectInfo, ObjectStore, PutOptions, PutResult, StoreCapabilities } from '../store.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/** Holds files on their way; a leading dot keeps it out of every listing. */
const TEMPORARY = '.tmp';
const LEFTOVER_MILLISECONDS = 24 * 3_600_000;
const DELETES_AT_ONCE = 32;
/** File systems without hard links (FAT, some network shares) answer with one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * A repository in a directory: one file per key, mode 0600 in directories of mode 0700. A put writes a temporary file,
 * flushes it to the disk and renames it, so that neither a crash nor a power cut leaves half an object. Symbolic links
 * below the root are refused, anyone who put them there. The directory is created by the first put.
 */
export class DirectoryStore implements ObjectStore {
  readonly description: string;
  readonly capabilities: StoreCapabilities = { conditionalPut: 'enforced', versioning: false, objectLock: false };
  readonly localClock = true;
  readonly #path: string;
  readonly #random: Randomness;
  readonly #flushes = new DirectoryFlushes();
  #root: string | undefined;
  #sweep: Promise<void> | undefined;

  /** @param path absolute; may itself be a symbolic link */
  constructor(path: string, random: Randomness) {
    this.#path = path;
    this.#random = random;
    this.description = pathToFileURL(path).href;
  }

  async get(key: string, options: { signal?: AbortSignal; maxBytes?: number } = {}): Promise<Buffer> {
    options.signal?.throwIfAborted();
    const parent = await this.#parentOf(key);
    const absent = () => new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not in ${this.description}`);
    if (parent === undefined) {
      throw absent();
    }
    const path = join(parent, nameOf(key));
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      (error: unknown) => {
        throw systemCode(error) === 'ENOENT' ? absent() : fromFileSystem(error, `read ${key}`, this.description);
      },
    );
    try {
      const stat = await file.stat();
      if (!stat.isFile()) {
        throw absent();
      }
      if (options.maxBytes !== undefined && stat.size > options.maxBytes) {
        throw tooLarge(key, options.maxBytes);
      }
      return await file.readFile({ signal: options.signal });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw fromFileSystem(error, `read ${key}`, this.description);
    } finally {
      await file.close();
    }
  }

  async put(key: string, body: Buffer, options: PutOptions = {}): Promise<PutResult> {
    options.signal?.throwIfAborted();
    checkKey(key);
    let temporary: string | undefined;
    try {
      await this.#sweepOnce();
      const parent = await this.#makeParentOf(key);
      const path = join(parent, nameOf(key));
      temporary = await this.#writeTemporary(body);
      options.signal?.throwIfAborted();
      if (options.ifAbsent) {
        const written = await this.#publishIfAbsent(temporary, path);
        await this.#flushes.of(parent);
        return { written };
      }
      await rename(temporary, path);
      temporary = undefined;
      await this.#flushes.of(parent);
      return { written: true };
    } catch (error) {
      options.signal?.throwIfAborted();
      throw fromFileSystem(error, `write ${key}`, this.description);
    } finally {
      if (temporary !== undefined) {
        await unlink(temporary).catch(() => undefined);
      }
    }
  }

  async head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectInfo | undefined> {
    options.signal?.throwIfAborted();
    const parent = await this.#parentOf(key);
    if (parent === undefined) {
      return undefined;
    }
    const stat = await statOf(join(parent, nameOf(key))).catch((error: unknown) => {
      throw fromFileSystem(error, `read the properties of ${key}`, this.description);
    });
    return stat?.isFile() ? { key, size: stat.size, lastModified: stat.mtime } : undefined;
  }

  async *list(prefix: string, options: { startAfter?: string; signal?: AbortSignal } = {}): AsyncIterable<ObjectInfo> {
    options.signal?.throwIfAborted();
    checkPrefix(prefix);
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    try {
      const start = await this.#directory(folder.split('/').slice(0, -1));
      if (start !== undefined) {
        yield* walk(start, folder, { prefix, startAfter: options.startAfter, signal: options.signal });
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw fromFileSystem(error, `list ${prefix === '' ? 'the target' : prefix}`, this.description);
    }
  }

  async folders(prefix: string, { signal }: { signal?: AbortSignal } = {}): Promise<string[]> {
    signal?.throwIfAborted();
    checkPrefix(prefix);
    try {
      const start = await this.#directory(prefix.split('/').slice(0, -1));
      return start === undefined ? [] : await foldersIn(start, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw fromFileSystem(error, `list the folders below ${prefix === '' ? 'the target' : prefix}`, this.description);
    }
  }

  async deleteMany(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<DeleteResult[]> {
    options.signal?.throwIfAborted();
    keys.forEach(checkKey);
    const results: DeleteResult[] = [];
    for (let at = 0; at < keys.length; at += DELETES_AT_ONCE) {
      options.signal?.throwIfAborted();
      append(results, await Promise.all(keys.slice(at, at + DELETES_AT_ONCE).map((key) => this.#delete(key))));
    }
    return results;
  }

  /** The file system's clock, which on a network share is not this machine's: the time it gives to a new file. */
  async clock(options: { signal?: AbortSignal } = {}): Promise<Date> {
    options.signal?.throwIfAborted();
    try {
      const probe = await this.#writeTemporary(Buffer.alloc(0));
      const stat = await lstat(probe);
      await unlink(probe);
      return stat.mtime;
    } catch (error) {
      throw fromFileSystem(error, 'read the time', this.description);
    }
  }

  async close(): Promise<void> {}

  async #delete(key: string): Promise<DeleteResult> {
    try {
      const parent = await this.#parentOf(key);
      if (parent !== undefined && (await statOf(join(parent, nameOf(key))))?.isDirectory() === false) {
        await unlink(join(parent, nameOf(key)));
      }
      return { key };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        return { key };
      }
      const { code, message } = fromFileSystem(error, `delete ${key}`, this.description);
      return { key, problem: { code: code === 'DK_STORE_DENIED' ? 'denied' : 'failed', message } };
    }
  }

  async #publishIfAbsent(temporary: string, path: string): Promise<boolean> {
    try {
      await link(temporary, path);
      return true;
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (code === 'EEXIST') {
        await statOf(path);
        return false;
      }
      if (!NO_LINKS.has(code)) {
        throw error;
      }
      this.capabilities.conditionalPut = 'ignored';
      if ((await statOf(path)) !== undefined) {
        return false;
      }
      await rename(temporary, path);
      return true;
    }
  }

  async #writeTemporary(body: Buffer): Promise<string> {
    const directory = await makeDirectory(join(await this.#makeRoot(), TEMPORARY));
    const path = join(directory, this.#random.hex(12));
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(body);
      await file.sync();
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    return path;
  }

  /** Removes what a killed process left half-written; a day is far beyond any put that is still going on. */
  #sweepOnce(): Promise<void> {
    this.#sweep ??= (async () => {
      const directory = join(await this.#makeRoot(), TEMPORARY);
      const names = await readdir(directory).catch(() => []);
      const now = names.length === 0 ? new Date(0) : await this.clock();
      for (const name of names) {
        const stat = await statOf(join(directory, name));
        if (stat !== undefined && now.getTime() - stat.mtime.getTime() > LEFTOVER_MILLISECONDS) {
          await unlink(join(directory, name)).catch(() => undefined);
        }
      }
    })();
    return this.#sweep;
  }

  async #makeRoot(): Promise<string> {
    if (this.#root === undefined) {
      await makePath(this.#path);
      this.#root = await realpath(this.#path);
    }
    return this.#root;
  }

  async #parentOf(key: string): Promise<string | undefined> {
    checkKey(key);
    try {
      return await this.#directory(key.split('/').slice(0, -1));
    } catch (error) {
      throw fromFileSystem(error, `reach ${key}`, this.description);
    }
  }

  /** The directory below the root, step by step so that no link is followed; undefined when it does not exist. */
  async #directory(segments: readonly string[]): Promise<string | undefined> {
    this.#root ??= await realpath(this.#path).catch(valueIf((error) => systemCode(error) === 'ENOENT', undefined));
    if (this.#root === undefined) {
      return undefined;
    }
    let path = this.#root;
    for (const segment of segments) {
      path = join(path, segment);
      const stat = await statOf(path);
      if (stat === undefined || stat.isFile()) {
        return undefined;
      }
    }
    return path;
  }

  async #makeParentOf(key: string): Promise<string> {
    let path = await this.#makeRoot();
    for (const segment of key.split('/').slice(0, -1)) {
      path = await makeDirectory(join(path, segment));
    }
    return path;
  }
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
