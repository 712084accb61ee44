import { reason } from '../../contract/reasons/catalogue.ts';
import { bucketPlace, type BucketPlace } from '../address.ts';
import type { StorageScheme } from '../scheme.ts';

const CONTAINER = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** `azblob://container/prefix`. */
export const azureScheme: StorageScheme<BucketPlace & { kind: 'azblob' }> = {
  parse(address) {
    return { kind: 'azblob', ...bucketPlace(address, CONTAINER, reason('target-container'), reason('target-secrets')) };
  },

  async open(place, options) {
    const { openAzure } = await import('./store.ts');
    return openAzure(place, options);
  },
};
