import { systemCode } from '../../lib/file-errors.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

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
        advice: reason('allow-directory'),
      });
    case 'EROFS':
      return new DashkeepError('DK_STORE_DENIED', message, { cause: error, advice: reason('mount-writable') });
    case 'ELOOP':
      return new DashkeepError('DK_STORE_DENIED', `${message} (a symbolic link, which a target must not contain)`, {
        cause: error,
      });
    case 'ENOENT':
    case 'ESTALE':
    case 'ENOTCONN':
    case 'ENODEV':
      return new DashkeepError('DK_STORE_FAILED', message, { cause: error, advice: reason('mount-directory') });
    case 'ENOSPC':
    case 'EDQUOT':
      return new DashkeepError('DK_STORE_FAILED', message, {
        cause: error,
        advice: reason('free-target-space'),
      });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return new DashkeepError('DK_STORE_KEY', message, { cause: error });
    default:
      return new DashkeepError('DK_STORE_FAILED', message, { cause: error });
  }
}
