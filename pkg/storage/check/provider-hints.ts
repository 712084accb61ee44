import type { ErrorCode } from '../../contract/errors.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';

type Hints = Partial<Record<ErrorCode | 'conditional', KnownReason>>;

/** What usually is the matter, by service. Each line is a mistake that people were seen to make there. */
const HINTS: Readonly<Record<string, Hints>> = {
  AWS: {
    DK_STORE_DENIED: reason('aws-denied', { command: 'dashkeep doctor --policy' }),
    DK_STORE_NO_BUCKET: reason('aws-no-bucket'),
  },
  Scaleway: {
    DK_STORE_DENIED: reason('scaleway-denied'),
    DK_STORE_NO_BUCKET: reason('scaleway-no-bucket'),
  },
  'Cloudflare R2': {
    DK_STORE_DENIED: reason('r2-denied'),
    DK_STORE_CREDENTIALS: reason('r2-credentials'),
  },
  'Backblaze B2': {
    DK_STORE_CREDENTIALS: reason('b2-credentials'),
    DK_STORE_DENIED: reason('b2-denied'),
    conditional: reason('b2-conditional'),
  },
  'Google Cloud Storage': {
    DK_STORE_CREDENTIALS: reason('gcs-credentials'),
    conditional: reason('gcs-conditional'),
  },
  Azure: {
    DK_STORE_DENIED: reason('azure-denied'),
    DK_STORE_CREDENTIALS: reason('azure-credentials'),
    DK_STORE_NO_BUCKET: reason('azure-no-container'),
    DK_STORE_UNREACHABLE: reason('azure-unreachable'),
  },
  'Google Cloud': {
    DK_STORE_DENIED: reason('google-denied'),
    DK_STORE_CREDENTIALS: reason('google-credentials'),
  },
  MinIO: {
    DK_STORE_DENIED: reason('minio-denied'),
    DK_STORE_CREDENTIALS: reason('minio-credentials', { command: 'mc admin user svcacct' }),
  },
  Ceph: {
    DK_STORE_DENIED: reason('ceph-denied', { command: 'radosgw-admin bucket stats' }),
  },
  Garage: {
    DK_STORE_DENIED: reason('garage-denied', { command: 'garage bucket allow --read --write <bucket> --key <key>' }),
    DK_SETTINGS: reason('garage-region'),
    conditional: reason('garage-conditional'),
  },
};

/** A hint that fits the service better than the catalogue's. */
export function providerHint(
  provider: string | undefined,
  problem: ErrorCode | 'conditional',
): KnownReason | undefined {
  return provider === undefined ? undefined : HINTS[provider]?.[problem];
}
