import { reason } from '../../contract/reasons/catalogue.ts';
import { bucketPlace, type BucketPlace } from '../address.ts';

/** Names with dots, which are domains, have up to 222 characters. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** Reads `gs://bucket/prefix`. @throws DK_SETTINGS */
export function gcsPlace(address: string): BucketPlace & { kind: 'gs' } {
  return { kind: 'gs', ...bucketPlace(address, BUCKET, reason('target-gcs-bucket'), reason('target-secrets')) };
}
