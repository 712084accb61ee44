import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../../lib/file-errors.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

/** What is at the path, never what a link there points to. @throws DK_STORE_DENIED for a symbolic link */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    const stat = await lstat(path);
    if (stat.isSymbolicLink()) {
      throw new DashkeepError('DK_STORE_DENIED', `${path} is a symbolic link, which a target must not contain`, {
        advice: reason('replace-link'),
      });
    }
    return stat;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}

/** The directory, made with mode 0700 where it is missing. @throws DK_STORE_KEY when a file is in its place */
export async function makeDirectory(path: string): Promise<string> {
  const stat = await statOf(path);
  if (stat === undefined) {
    await makePath(path);
  } else if (!stat.isDirectory()) {
    throw new DashkeepError('DK_STORE_KEY', `${path} is a file, so it cannot contain other keys`);
  }
  return path;
}

/**
 * Makes a directory and what is missing above it, and flushes each to the disk. Node's own way of doing that never ends
 * below `/proc`, where a directory is there and yet nothing can be made in it.
 */
export async function makePath(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) === 'EEXIST' && (await isDirectory(path))) {
      return;
    }
    if (systemCode(error) !== 'ENOENT' || parent === path || (await isDirectory(parent))) {
      throw error;
    }
    await makePath(parent);
    await mkdir(path, { mode: 0o700 }).catch((second: unknown) => {
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
