import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file: check the path. In Kubernetes, check that the Secret exists and has this key.',
  EACCES: "Allow Dashkeep's user to read it.",
  EPERM: "Allow Dashkeep's user to read it.",
  EISDIR: 'This is a directory: name a file in it.',
};

/**
 * A file that a setting names and that can't be read, with what to do about it.
 * @param message - names the setting and the file
 */
export function unreadableFile(message: string, cause: unknown): DashkeepError {
  const hint = HINTS[systemCode(cause) ?? ''];
  return new DashkeepError('DK_SETTINGS', message, compact({ cause, hint }));
}

/** The system's name of an error (ENOENT, ECONNREFUSED, …), also when it is wrapped. */
export function systemCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') {
      return code;
    }
  }
  return undefined;
}
