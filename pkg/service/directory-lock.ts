import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
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
export type DirectoryLock = { release: () => Promise<void> };

/**
 * Locks a directory for one service of this machine, by a socket in it: the kernel closes it with its process, so what
 * a crash leaves behind is recognized immediately. Commands ignore it. Processes of other machines that share the
 * directory are not seen, and where a file system has no sockets, nothing is locked.
 * @returns undefined while another process holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock | undefined> {
  const path = join(directory, NAME);
  if (process.platform === 'win32' || Buffer.byteLength(path) > MOST_BYTES) {
    return NO_LOCK;
  }
  try {
    await makePath(directory);
    return await listen(path);
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') {
      return NO_LOCK;
    }
  }
  if (await isAnswered(path)) {
    return undefined;
  }
  // Of two processes that find it unanswered, the slower one must not remove the socket of the other.
  const moved = `${path}.${randomUUID()}`;
  try {
    await rename(path, moved);
    if (await isAnswered(moved)) {
      await rename(moved, path);
      return undefined;
    }
    await rm(moved, { force: true });
    return await listen(path);
  } catch (error) {
    return systemCode(error) === 'EADDRINUSE' || systemCode(error) === 'ENOENT' ? undefined : NO_LOCK;
  }
}

const NO_LOCK: DirectoryLock = { release: async () => undefined };

function listen(path: string): Promise<DirectoryLock> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).unref();
    const release = (): Promise<void> => new Promise((done) => void server.close(() => done()));
    server.once('error', reject);
    server.listen(path, () => resolve({ release }));
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
