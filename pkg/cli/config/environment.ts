import { readFile, writeFile } from 'node:fs/promises';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { systemCode, unreadableFile } from '../../lib/file-errors.ts';

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
    throw unreadableFile(
      `${setting} points to ${path}, which cannot be read (${systemCode(cause) ?? 'unreadable'})`,
      cause,
    );
  }
}

/** Writes a file that a flag names, for its owner alone. @throws DK_SETTINGS naming both. */
export async function writeFlagFile(path: string, text: string, flag: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 }).catch((cause: unknown) => {
    const message = `${flag} points to ${path}, which cannot be written (${systemCode(cause) ?? String(cause)})`;
    throw new DashkeepError('DK_SETTINGS', message, { cause, advice: reason('name-writable-file') });
  });
}
