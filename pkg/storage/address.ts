import type { DashkeepError } from '../contract/errors.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import { keyProblem } from './keys.ts';

/** Part of a bucket or container. */
export interface BucketPlace {
  bucket: string;
  /** Without slashes at its ends; may be empty. */
  prefix: string;
}

/**
 * Reads `scheme://bucket/prefix`. Messages never repeat the part that could hold a password.
 * @param name - what a bucket may be called
 * @throws DK_SETTINGS
 */
export function bucketPlace(
  address: string,
  name: RegExp,
  wrongName: KnownReason,
  keysInside: KnownReason,
): BucketPlace {
  const rest = address.slice(address.indexOf('://') + '://'.length);
  if (rest.includes('@')) {
    throw wrongTarget(keysInside);
  }
  const [bucket = '', ...segments] = rest.split('/');
  if (!name.test(bucket)) {
    throw wrongTarget(wrongName);
  }
  const prefix = segments.join('/').replace(/^\/+|\/+$/g, '');
  const problem = prefix === '' ? undefined : keyProblem(prefix);
  if (problem !== undefined) {
    throw wrongTarget(reason('target-prefix', { message: problem }));
  }
  return { bucket, prefix };
}

/** @returns the error for an address that is none */
export function wrongTarget(why: KnownReason): DashkeepError {
  return refusal('DK_SETTINGS', why, { advice: reason('set-target') });
}
