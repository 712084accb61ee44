import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DashkeepError } from '../contract/errors.ts';
import { systemCode, unreadableFile } from './file-errors.ts';

/**
 * The certificates of a file in PEM form.
 * @param setting - that names the file, for messages
 * @throws DK_SETTINGS for a file that cannot be read or contains no certificate; never with its content
 */
export function readCertificates(path: string, setting: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadableFile(
      `${setting} points to ${path}, which cannot be read (${systemCode(cause) ?? 'unreadable'})`,
      cause,
    );
  }
  if (!isCertificate(text)) {
    throw new DashkeepError('DK_SETTINGS', `${setting} points to ${path}, which contains no certificate in PEM form`);
  }
  return text;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}
