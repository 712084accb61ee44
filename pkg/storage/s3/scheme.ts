import { reason } from '../../contract/reasons/catalogue.ts';
import { bucketPlace, type BucketPlace } from '../address.ts';
import type { StorageScheme } from '../scheme.ts';

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;

/** `s3://bucket/prefix`. */
export const s3Scheme: StorageScheme<BucketPlace & { kind: 's3' }> = {
  parse(address) {
    return { kind: 's3', ...bucketPlace(address, BUCKET, reason('target-bucket'), reason('target-keys')) };
  },

  async open(place, options) {
    const { openS3 } = await import('./store.ts');
    return openS3(place, options);
  },
};
