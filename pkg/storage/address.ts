import { DashkeepError } from '../contract/errors.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { refusal } from '../contract/reasons/reason.ts';
import type { Sourced } from '../lib/sourced.ts';
import { keyProblem } from './keys.ts';

/** Part of a bucket or container. */
export interface BucketPlace {
  bucket: string;
  /** Without slashes at its ends; may be empty. */
  prefix: string;
}

/** What the names of all objects of a place start with. */
export function baseOf({ prefix }: BucketPlace): string {
  return prefix === '' ? '' : `${prefix}/`;
}

/** A place for people, with the service where it is. */
export function placeText(scheme: string, { bucket, prefix }: BucketPlace, service: string): string {
  return `${scheme}://${prefix === '' ? bucket : `${bucket}/${prefix}`} at ${service}`;
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

/**
 * The address of a service without a slash at its end.
 * @param service - `S3`, for the error
 * @throws DK_SETTINGS for what is no usable URL
 */
export function checkedEndpoint({ value, from }: Sourced<string>, service: string): Sourced<string> {
  const refuse = (why: string) =>
    new DashkeepError('DK_SETTINGS', `the ${service} endpoint from ${from} is invalid: ${why}`, {
      advice: service === 'S3' ? reason('write-endpoint') : undefined,
    });
  if (/["'`]/.test(value)) {
    throw refuse('it contains quotes, which are not part of the value');
  }
  if (!/^https?:\/\//i.test(value)) {
    throw refuse('it does not start with https:// or http://');
  }
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw refuse('it is not an address');
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('it contains a user or password');
  }
  if (url.search !== '' || url.hash !== '') {
    throw refuse('it contains a ? or #');
  }
  return { value: url.href.replace(/\/+$/, ''), from };
}
