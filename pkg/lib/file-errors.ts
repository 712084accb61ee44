import { DashkeepError } from '../contract/errors.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';

const ADVICE: Readonly<Record<string, KnownReason>> = {
  ENOENT: reason('check-path'),
  EACCES: reason('allow-reading'),
  EPERM: reason('allow-reading'),
  EISDIR: reason('name-file'),
};

/**
 * A file that a setting names and that can't be read, with what to do about it.
 * @param message - names the setting and the file
 */
export function unreadableFile(message: string, cause: unknown): DashkeepError {
  return new DashkeepError('DK_SETTINGS', message, { cause, advice: ADVICE[systemCode(cause) ?? ''] });
}

/** The system's name of an error (ENOENT, ECONNREFUSED, …), also when it is wrapped. */
export function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    const { code } = current as NodeJS.ErrnoException;
    // Dashkeep's own codes name no cause.
    if (typeof code === 'string' && !code.startsWith('DK_')) {
      return code;
    }
  }
  return undefined;
}
