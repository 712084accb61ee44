import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './file-errors.ts';

/**
 * Makes a directory and what is missing above it, and flushes each to the disk. Node's own way of doing that never ends
 * below `/proc`, where a directory is there and yet nothing can be made in it.
 */
export async function makePath(path: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) === 'EEXIST' && (await isDirectory(path))) {
      return;
    }
    if (systemCode(error) !== 'ENOENT' || parent === path || (await isDirectory(parent))) {
      throw error;
    }
    await makePath(parent, mode);
    await mkdir(path, { mode }).catch((second: unknown) => {
      if (systemCode(second) !== 'EEXIST') {
        throw second;
      }
    });
  }
  await flushDirectory(join(path, '..'));
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** What root creates in the directory of another user. */
interface Created {
  stat(): Promise<Owner>;
  chown(uid: number, gid: number): Promise<void>;
}

interface Owner {
  uid: number;
  gid: number;
}

/**
 * Gives what root has created to the owner of the directory that contains it, because a service that runs as this owner
 * could not read it otherwise. For any other user, what it creates is its own.
 */
export async function giveToOwnerOf(directory: string, created: Created): Promise<void> {
  if (process.geteuid?.() !== 0) {
    return;
  }
  const [wanted, { uid, gid }] = await Promise.all([stat(directory), created.stat()]);
  if (uid !== wanted.uid || gid !== wanted.gid) {
    await created.chown(wanted.uid, wanted.gid);
  }
}

/** A rename is on the disk only when its directory is. Some network file systems can't and needn't. */
export async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EISDIR', 'EBADF'].includes(systemCode(error) ?? '')) {
      throw error;
    }
  } finally {
    await directory.close();
  }
}
