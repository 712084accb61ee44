import { directoryScheme } from './directory/scheme.ts';
import { s3Scheme } from './s3/scheme.ts';

/** Every kind of storage by its scheme. */
export const SCHEMES = {
  s3: s3Scheme,
  file: directoryScheme,
};
