import { flushDirectory } from '../../lib/directories.ts';

interface Flush {
  done: Promise<void>;
  /** Begins when this one has ended, for what was written after it began. */
  next: Promise<void> | undefined;
}

/**
 * Flushes directories to the disk, once for all who wait for the same one: a backup writes thousands of files into a
 * few directories, and each flush takes as long as a write.
 */
export class DirectoryFlushes {
  readonly #running = new Map<string, Flush>();
  readonly #flush: (path: string) => Promise<void>;

  constructor(flush = flushDirectory) {
    this.#flush = flush;
  }

  /** Resolves when the directory is on the disk as it was at the call; fails as `flushDirectory` does. */
  async of(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (running === undefined) {
      return this.#begin(path);
    }
    // The one at work may have begun before the caller's file was there.
    running.next ??= running.done.then(
      () => this.#begin(path),
      () => this.#begin(path),
    );
    return running.next;
  }

  #begin(path: string): Promise<void> {
    const done = this.#flush(path).finally(() => {
      if (this.#running.get(path) === flush) {
        this.#running.delete(path);
      }
    });
    const flush: Flush = { done, next: undefined };
    this.#running.set(path, flush);
    return done;
  }
}
