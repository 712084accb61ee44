import { reason } from '../contract/reasons/catalogue.ts';
import { wrongTarget } from './address.ts';
import { SCHEMES } from './schemes.ts';

type Scheme = (typeof SCHEMES)[keyof typeof SCHEMES];

/** Where a repository lives. */
export type Target = ReturnType<Scheme['parse']>;

/**
 * Reads the address of a target, such as `s3://bucket/prefix` or `file:///directory`.
 *
 * @throws DK_SETTINGS
 */
export function parseTarget(target: string): Target {
  return schemeOf(target).parse(target.trim());
}

/** @returns the kind of storage that a target names. @throws DK_SETTINGS */
export function schemeOf(target: string): Scheme {
  const text = target.trim();
  if (text === '') {
    throw wrongTarget(reason('target-empty'));
  }
  if (/^["'].*["']$/.test(text)) {
    throw wrongTarget(reason('target-quoted'));
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    throw wrongTarget(reason(text.startsWith('/') ? 'target-directory' : 'target-no-scheme'));
  }
  if (scheme === 'http' || scheme === 'https') {
    throw wrongTarget(reason('target-endpoint'));
  }
  if (!Object.hasOwn(SCHEMES, scheme)) {
    throw wrongTarget(reason('target-scheme', { scheme }));
  }
  return SCHEMES[scheme as keyof typeof SCHEMES];
}
