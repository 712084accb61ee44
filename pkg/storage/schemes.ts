import { azureScheme } from './azure/scheme.ts';
import { directoryScheme } from './directory/scheme.ts';
import { gcsScheme } from './gcs/scheme.ts';
import { s3Scheme } from './s3/scheme.ts';

/** Every kind of storage by its scheme. */
export const SCHEMES = {
  s3: s3Scheme,
  azblob: azureScheme,
  gs: gcsScheme,
  file: directoryScheme,
};
