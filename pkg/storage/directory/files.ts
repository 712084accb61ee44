import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { makePath } from '../../lib/directories.ts';
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
