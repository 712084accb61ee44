import { reason } from '../../contract/reasons/catalogue.ts';
import { bucketPlace, type BucketPlace } from '../address.ts';

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;

/** Reads `s3://bucket/prefix`. @throws DK_SETTINGS */
export function s3Place(address: string): BucketPlace & { kind: 's3' } {
  return { kind: 's3', ...bucketPlace(address, BUCKET, reason('target-bucket'), reason('target-keys')) };
}
