import { reason } from '../../contract/reasons/catalogue.ts';
import { bucketPlace, type BucketPlace } from '../address.ts';
import type { StorageScheme } from '../scheme.ts';

/** Names with dots, which are domains, have up to 222 characters. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** `gs://bucket/prefix`. */
export const gcsScheme: StorageScheme<BucketPlace & { kind: 'gs' }> = {
  parse(address) {
    return { kind: 'gs', ...bucketPlace(address, BUCKET, reason('target-gcs-bucket'), reason('target-secrets')) };
  },

  async open(place, options) {
    const { openGcs } = await import('./open.ts');
    return openGcs(place, options);
  },
};
