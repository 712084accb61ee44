import { readFile } from 'node:fs/promises';
import { unreadableFile } from '../../lib/file-errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that looks at the process's environment. Empty values count as not set, everywhere. */
export function processEnvironment(): Environment {
  for (const [name, value] of Object.entries(process.env)) {
    if (value === '') {
      delete process.env[name];
    }
  }
  // The S3 client says at every start that its next releases leave Node 20 behind; its version here is fixed.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return { ...process.env };
}

/** The text of a file that a setting or flag names. @throws DK_SETTINGS naming both. */
export async function readSettingFile(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw unreadableFile(`${setting} names ${path}, which cannot be read (${reason})`, cause);
  }
}
