import { randomUUID } from 'node:crypto';
import { chmod, link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DashkeepError } from '../contract/errors.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { giveToOwnerOf, makePath } from './directories.ts';
import { systemCode } from './file-errors.ts';
import { shellWord } from './shell-word.ts';

/**
 * Where a process keeps the few small secrets that must outlive it and must not lie in the target: a private
 * directory, or a Kubernetes Secret. Names are `[a-z0-9.-]+`, values a few hundred bytes.
 */
export interface StateStore {
  /** Undefined when there is none of that name. */
  get(name: string): Promise<Buffer | undefined>;
  /** Replaces atomically: a reader sees the old value or the new one. */
  set(name: string, value: Buffer): Promise<void>;
  /**
   * Stores it unless there is one of that name. @returns what is there: of several who add at the same time, all get
   * the same.
   */
  add(name: string, value: Buffer): Promise<Buffer>;
  /**
   * Replaces it by what `change` makes of what is there, without losing what others write concurrently: `change` may be
   * called again. Undefined means that there is none. Processes that share a Secret may update concurrently; a
   * directory is for one process.
   */
  update(name: string, change: (there: Buffer | undefined) => Buffer | undefined): Promise<void>;
  delete(name: string): Promise<void>;
}

/**
 * State in a directory that only its owner may enter (0700), in files that only its owner may read (0600). What root
 * writes also belongs to the owner of the directory.
 */
export class DirectoryState implements StateStore {
  readonly #directory: string;
  /** One after the other. */
  #updating: Promise<void> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async get(name: string): Promise<Buffer | undefined> {
    const path = this.#path(name);
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined;
      }
      throw await failure('read', path, error);
    }
  }

  async set(name: string, value: Buffer): Promise<void> {
    await this.#write(name, value, (draft, path) => rename(draft, path));
  }

  async add(name: string, value: Buffer): Promise<Buffer> {
    await this.#write(name, value, async (draft, path) => {
      try {
        // Unlike a rename, these fail when another process was quicker.
        await link(draft, path).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') {
            throw error;
          }
          return this.#create(path, value);
        });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      } finally {
        await rm(draft, { force: true });
      }
    });
    return (await this.get(name)) ?? value;
  }

  async update(name: string, change: (there: Buffer | undefined) => Buffer | undefined): Promise<void> {
    const updated = this.#updating.then(async () => {
      const value = change(await this.get(name));
      await (value === undefined ? this.delete(name) : this.set(name, value));
    });
    this.#updating = updated.catch(() => undefined);
    return updated;
  }

  async #write(name: string, value: Buffer, put: (draft: string, path: string) => Promise<void>): Promise<void> {
    const path = this.#path(name);
    // Its own for each writing: two at the same time must not take each other's.
    const draft = `${path}.${randomUUID()}.new`;
    try {
      await makePath(this.#directory);
      // A directory that was there already may be open to others.
      await chmod(this.#directory, 0o700);
      await this.#create(draft, value);
      await put(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw await failure('write', path, error);
    }
  }

  /** Fails if the file exists. */
  async #create(path: string, value: Buffer): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(value);
      await giveToOwnerOf(this.#directory, file);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async delete(name: string): Promise<void> {
    const path = this.#path(name);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw await failure('delete', path, error);
    }
  }

  #path(name: string): string {
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) {
      throw new DashkeepError('DK_INTERNAL', 'a state name may contain only a-z, 0-9, dots and dashes');
    }
    return join(this.#directory, name);
  }
}

/** The error for a file that cannot be read, written or deleted. */
async function failure(verb: string, path: string, cause: unknown): Promise<DashkeepError> {
  const what = systemCode(cause) ?? 'unknown reason';
  const full = what === 'ENOSPC' || what === 'EDQUOT';
  return new DashkeepError('DK_STATE', `cannot ${verb} the state in ${path}: ${what}`, {
    cause,
    advice: full ? reason('free-space') : verb === 'read' ? await readingAdvice(path) : reason('set-state-directory'),
  });
}

/** In the directory of a service, for example, root may have stored a file that is only for root. */
async function readingAdvice(path: string): Promise<KnownReason> {
  const user = process.geteuid?.();
  const owner = await stat(path).then(
    ({ uid }) => uid,
    () => user,
  );
  return user === owner
    ? reason('set-state-directory')
    : reason('give-file', { owner: String(owner), command: `chown ${user} ${shellWord(path)}` });
}

/** State that ends with the process; for tests and one-off commands. */
export class MemoryState implements StateStore {
  readonly #values: Map<string, Buffer>;

  constructor(values: Iterable<[string, Buffer]> = []) {
    this.#values = new Map(values);
  }

  async clone(): Promise<MemoryState> {
    return new MemoryState(this.#values);
  }

  async get(name: string): Promise<Buffer | undefined> {
    return this.#values.get(name);
  }

  async set(name: string, value: Buffer): Promise<void> {
    this.#values.set(name, value);
  }

  async add(name: string, value: Buffer): Promise<Buffer> {
    const there = this.#values.get(name) ?? value;
    this.#values.set(name, there);
    return there;
  }

  async update(name: string, change: (there: Buffer | undefined) => Buffer | undefined): Promise<void> {
    const value = change(this.#values.get(name));
    await (value === undefined ? this.delete(name) : this.set(name, value));
  }

  async delete(name: string): Promise<void> {
    this.#values.delete(name);
  }
}
