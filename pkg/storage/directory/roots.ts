import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { systemCode } from '../../lib/file-errors.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

/** No place for a repository: what is there are no files, and working with it as if can hang. */
const SPECIAL = ['/proc', '/sys', '/dev'];

/**
 * Where a directory really is, when it is in or below one of the roots.
 * @param path - absolute; need not exist
 * @param roots - absolute; links in them are followed as in the path
 * @throws DK_NOT_ALLOWED in the same words for what exists and what doesn't
 */
export async function directoryWithin(path: string, roots: readonly string[]): Promise<string> {
  const wanted = await realPathOf(path);
  const allowed = await Promise.all(roots.map((root) => realPathOf(root)));
  if (SPECIAL.some((special) => isWithin(wanted, special)) || !allowed.some((root) => isWithin(wanted, root))) {
    throw new DashkeepError('DK_NOT_ALLOWED', 'the deployment does not allow this directory for snapshots', {
      advice: reason('use-allowed-directory'),
    });
  }
  return wanted;
}

/** Links followed as far as the path exists; the rest as it is written. */
async function realPathOf(path: string): Promise<string> {
  const whole = resolve(path);
  const rest: string[] = [];
  for (let at = whole; ; at = dirname(at)) {
    try {
      return join(await realpath(at), ...rest);
    } catch (error) {
      const absent = ['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error) ?? '');
      if (!absent || at === dirname(at)) {
        return whole;
      }
      rest.unshift(basename(at));
    }
  }
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
