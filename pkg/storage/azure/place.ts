import { reason } from '../../contract/reasons/catalogue.ts';
import { bucketPlace, type BucketPlace } from '../address.ts';

const CONTAINER = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** Reads `azblob://container/prefix`. @throws DK_SETTINGS */
export function azurePlace(address: string): BucketPlace & { kind: 'azblob' } {
  return { kind: 'azblob', ...bucketPlace(address, CONTAINER, reason('target-container'), reason('target-secrets')) };
}
