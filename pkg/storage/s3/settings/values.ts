import { DashkeepError } from '../../../contract/errors.ts';
import type { S3Settings } from './settings.ts';

/** Objects in these classes can't be read back without asking for it hours before. */
export const COLD_CLASSES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** @throws DK_SETTINGS, as all parsers here; the message names the source */
export function parseChecksums(text: string, source: string): 'required' | 'supported' {
  if (text !== 'required' && text !== 'supported') {
    throw wrong(source, 'it must be required or supported');
  }
  return text;
}

/** @param text - `AES256`, `aws:kms` or `aws:kms:<key>` */
export function parseEncryption(text: string, source: string): NonNullable<S3Settings['encryption']> {
  const match = /^(AES256|aws:kms(?::(.+))?)$/.exec(text);
  if (match === null) {
    throw wrong(source, 'it must be AES256, aws:kms or aws:kms:<key ID or ARN>');
  }
  return text === 'AES256' ? { kind: 'AES256' } : { kind: 'aws:kms', keyId: match[2] };
}

/** The same for a second bucket, which may need none. */
export function parseCopyEncryption(text: string, source: string): NonNullable<S3Settings['encryption']> | 'none' {
  return text === 'none' ? text : parseEncryption(text, source);
}

/** The account that must own the bucket. */
export function parseBucketOwner(text: string, source: string): string {
  if (!/^\d{12}$/.test(text)) {
    throw wrong(source, 'it must be an AWS account ID of twelve digits');
  }
  return text;
}

/** A storage class that can be read immediately. */
export function parseStorageClass(text: string, source: string): string {
  if (COLD_CLASSES.has(text)) {
    throw wrong(source, `${text} cannot be read immediately; GLACIER_IR can`);
  }
  return text;
}

/** @param text - `name=value,…` */
export function parseTags(text: string, source: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [name = '', ...rest] = pair.split('=');
    if (name.trim() === '' || rest.length === 0) {
      throw wrong(source, 'it must be a list of name=value, separated by commas');
    }
    tags[name.trim()] = rest.join('=').trim();
  }
  if (Object.keys(tags).length > 10) {
    throw wrong(source, 'an object can have at most ten tags');
  }
  return tags;
}

function wrong(source: string, why: string): DashkeepError {
  return new DashkeepError('DK_SETTINGS', `${source} is invalid: ${why}`);
}
