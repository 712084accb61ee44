import { readFile } from 'node:fs/promises';
import { unreadableFile } from '../../lib/file-errors.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { SecretReader } from '../../grafana/http/credentials.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that looks at the process's environment. Empty values count as not set, for everybody. */
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

/**
 * How to read a secret that is given as NAME or, better, as a file named by NAME_FILE; undefined when it is neither.
 * A file is read at every use, so that a rotated secret is seen.
 * @throws DK_SETTINGS when both are given.
 */
export function secretReader(environment: Environment, name: string): SecretReader | undefined {
  const value = environment[name];
  const path = environment[`${name}_FILE`];
  if (value !== undefined && path !== undefined) {
    throw new DashkeepError('DK_SETTINGS', `give ${name} or ${name}_FILE, not both`);
  }
  if (path !== undefined) {
    return async () => {
      const text = await readSettingFile(path, `${name}_FILE`);
      if (text.trim() === '') {
        throw new DashkeepError('DK_SETTINGS', `${name}_FILE names ${path}, which is empty`);
      }
      return text;
    };
  }
  return value === undefined ? undefined : () => Promise.resolve(value);
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

/** A whole number from a setting. @throws DK_SETTINGS naming it. */
export function wholeNumber(text: string, setting: string, least = 1): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new DashkeepError('DK_SETTINGS', `${setting} must be a whole number of at least ${least}, not '${text}'`);
  }
  return number;
}

/** The same for a setting that may be absent. */
export function optionalNumber(text: string | undefined, setting: string): number | undefined {
  return text === undefined ? undefined : wholeNumber(text, setting);
}

/** A yes or no from a setting. @throws DK_SETTINGS naming it. */
export function yesOrNo(text: string, setting: string): boolean {
  if (/^(true|yes|on|1)$/i.test(text)) {
    return true;
  }
  if (/^(false|no|off|0)$/i.test(text)) {
    return false;
  }
  throw new DashkeepError('DK_SETTINGS', `${setting} must be true or false, not '${text}'`);
}
