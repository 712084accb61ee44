import { systemCode } from '../../lib/file-errors.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';

/** What a file system refused, in the catalogue's words; our own errors pass through. */
export function fromFileSystem(error: unknown, doing: string, where: string): DashkeepError {
  if (error instanceof DashkeepError) {
    return error;
  }
  const code = systemCode(error);
  const message = `cannot ${doing} in ${where}: ${reasonOf(error)}`;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new DashkeepError('DK_STORE_DENIED', message, {
        cause: error,
        hint: "Allow Dashkeep's user to read and write the directory.",
      });
    case 'EROFS':
      return new DashkeepError('DK_STORE_DENIED', message, { cause: error, hint: 'Mount the directory writable.' });
    case 'ELOOP':
      return new DashkeepError('DK_STORE_DENIED', `${message} (a symbolic link, which a target must not contain)`, {
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new DashkeepError('DK_STORE_FAILED', message, {
        cause: error,
        hint: 'The disk is full: free space there, or use a larger volume. Published snapshots are not affected.',
      });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return new DashkeepError('DK_STORE_KEY', message, { cause: error });
    default:
      return new DashkeepError('DK_STORE_FAILED', message, { cause: error });
  }
}
