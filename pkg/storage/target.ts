import { reason } from '../contract/reasons/catalogue.ts';
import { wrongTarget } from './address.ts';
import { azurePlace } from './azure/place.ts';
import { directoryPlace } from './directory/place.ts';
import { gcsPlace } from './gcs/place.ts';
import type { OpenStoreOptions, StoreExplanation } from './open.types.ts';
import { s3Place } from './s3/place.ts';
import type { ObjectStore } from './store.ts';

type Open<Place> = (place: Place, options: OpenStoreOptions) => Promise<StoreExplanation & { store: ObjectStore }>;

/** One kind of storage. */
export interface StorageScheme<Place> {
  /** Reads an address without spaces around it that starts with the scheme. @throws DK_SETTINGS */
  parse(address: string): Place;
  /** What opens the store there, loaded only now: a client takes a tenth of a second and up to 20 MB. */
  load(): Promise<Open<Place>>;
}

/** Every kind of storage by what its addresses start with. */
const SCHEMES = {
  s3: { parse: s3Place, load: async () => (await import('./s3/store.ts')).openS3 },
  azblob: { parse: azurePlace, load: async () => (await import('./azure/store.ts')).openAzure },
  gs: { parse: gcsPlace, load: async () => (await import('./gcs/open.ts')).openGcs },
  file: { parse: directoryPlace, load: async () => (await import('./directory/open.ts')).openDirectory },
};

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
