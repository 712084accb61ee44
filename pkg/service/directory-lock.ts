import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { makePath } from '../lib/directories.ts';
import { systemCode } from '../lib/file-errors.ts';

const NAME = 'service.sock';
/** Longer addresses of sockets are refused or cut off, depending on the system. */
const MOST_BYTES = 100;
/** What a connection to a socket ends with that no process listens on. */
const UNANSWERED = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']);

/** Held by this process until it is released, or until the process ends, however it does. */
export type DirectoryLock = {
  release: () => Promise<void>;
  /** Why nothing is locked; absent where it is. */
  gap?: string;
};

/**
 * Locks a directory for one service of this machine, by a socket in it: the kernel closes it with its process, so what
 * a crash leaves behind is recognized immediately. Commands ignore it. Processes of other machines that share the
 * directory are not seen, and where a file system has no sockets, nothing is locked.
 * @returns undefined while another process holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock | undefined> {
  const isLong = Buffer.byteLength(join(directory, besideName())) > MOST_BYTES;
  if (process.platform === 'win32') {
    return unlocked('not supported on Windows');
  }
  if (isLong && process.platform !== 'linux') {
    return unlocked('its path is too long for a socket');
  }
  let opened: FileHandle | undefined;
  try {
    await makePath(directory);
    // Linux also finds a directory under a short name.
    opened = isLong ? await open(directory) : undefined;
    const release = await lockIn(opened === undefined ? directory : `/proc/self/fd/${opened.fd}`);
    if (release !== undefined) {
      const held = opened;
      opened = undefined;
      return { release: () => release().finally(() => held?.close()) };
    }
    return undefined;
  } catch (error) {
    return unlocked(systemCode(error) ?? 'no socket can be created in it');
  } finally {
    await opened?.close();
  }
}

async function lockIn(directory: string): Promise<DirectoryLock['release'] | undefined> {
  const path = join(directory, NAME);
  try {
    return await listen(path);
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') {
      throw error;
    }
  }
  if (await isAnswered(path)) {
    return undefined;
  }
  // Of two processes that find it unanswered, the slower one must not remove the socket of the other.
  const moved = join(directory, besideName());
  try {
    await rename(path, moved);
    if (await isAnswered(moved)) {
      await rename(moved, path);
      return undefined;
    }
    await rm(moved, { force: true });
    return await listen(path);
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE' || systemCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function besideName(): string {
  return `${NAME}.${randomUUID().slice(0, 8)}`;
}

function unlocked(gap: string): DirectoryLock {
  return { release: async () => undefined, gap };
}

function listen(path: string): Promise<DirectoryLock['release']> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).unref();
    const release = (): Promise<void> => new Promise((done) => void server.close(() => done()));
    server.once('error', reject);
    server.listen(path, () => resolve(release));
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!UNANSWERED.has(systemCode(error) ?? '')));
  });
}
