import { DashkeepError } from '../contract/errors.ts';

/** S3's own limit is 1024 bytes for the whole key; the rest is left to the target's prefix. */
const KEY_BYTES_MAX = 800;
/** POSIX file names end at 255 bytes; some gateways add to them. */
const SEGMENT_BYTES_MAX = 200;

const SEGMENT = /^[A-Za-z0-9_=%+@-][A-Za-z0-9._=%+@-]*$/;
const PARTIAL_SEGMENT = /^([A-Za-z0-9_=%+@-][A-Za-z0-9._=%+@-]*)?$/;

/** Why this is no key, or undefined when it is one. */
export function keyProblem(key: string): string | undefined {
  if (key.length === 0) {
    return 'it is empty';
  }
  if (key.length > KEY_BYTES_MAX) {
    return `it is longer than ${KEY_BYTES_MAX} bytes`;
  }
  for (const segment of key.split('/')) {
    if (segment.length > SEGMENT_BYTES_MAX) {
      return `a part of it is longer than ${SEGMENT_BYTES_MAX} bytes`;
    }
    if (!SEGMENT.test(segment)) {
      return 'a part of it is empty, starts with a dot or contains a character outside A-Za-z0-9._=%+@-';
    }
  }
  return undefined;
}

/**
 * Guards every way into a store: what passes here can leave neither the prefix nor the directory.
 *
 * @throws DK_STORE_KEY
 */
export function checkKey(key: string): void {
  const problem = keyProblem(key);
  if (problem !== undefined) {
    throw new DashkeepError('DK_STORE_KEY', `not a key: ${JSON.stringify(key.slice(0, 100))}: ${problem}`);
  }
}

/**
 * A prefix to list: the start of a key, which may end within a segment, after a slash, or be empty.
 *
 * @throws DK_STORE_KEY
 */
export function checkPrefix(prefix: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  if (
    prefix.length > KEY_BYTES_MAX ||
    !PARTIAL_SEGMENT.test(last) ||
    segments.some((segment) => !SEGMENT.test(segment))
  ) {
    throw new DashkeepError('DK_STORE_KEY', `not a prefix of keys: ${JSON.stringify(prefix.slice(0, 100))}`);
  }
}

/** Order of keys by their UTF-8 bytes, as S3 lists them. JavaScript's own order differs beyond U+D800. */
export function compareKeys(a: string, b: string): number {
  if (BEYOND_SURROGATES.test(a) || BEYOND_SURROGATES.test(b)) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const BEYOND_SURROGATES = /[\ud800-\uffff]/;
