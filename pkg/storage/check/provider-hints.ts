import type { ErrorCode } from '../../contract/errors.ts';

type Hints = Partial<Record<ErrorCode | 'conditional', string>>;

/** What usually is the matter, by service. Each line is a mistake that people were seen to make there. */
const HINTS: Readonly<Record<string, Hints>> = {
  AWS: {
    DK_STORE_DENIED: 'Attach the policy that `dashkeep doctor --policy` prints to the user or role.',
    DK_STORE_NO_BUCKET:
      'Check the bucket’s name; names are global, and another account’s bucket answers "denied" instead.',
  },
  Scaleway: {
    DK_STORE_DENIED:
      'A key works in its default project only: make the bucket’s project the default one of the API key, and check the bucket policy.',
    DK_STORE_NO_BUCKET: 'The bucket is looked for in the region of the endpoint: compare s3.<region>.scw.cloud.',
  },
  'Cloudflare R2': {
    DK_STORE_DENIED: 'The API token needs "Object Read & Write" for this bucket.',
    DK_STORE_CREDENTIALS:
      'Use the access key id and secret that R2 shows beside the token, not the token itself; the region is auto.',
  },
  'Backblaze B2': {
    DK_STORE_CREDENTIALS: 'The master key does not work with S3: make an application key.',
    DK_STORE_DENIED:
      'The application key needs listFiles, readFiles, writeFiles and deleteFiles, and a name prefix that fits.',
    conditional: 'B2 refuses conditional puts. Nothing depends on them.',
  },
  'Google Cloud Storage': {
    DK_STORE_CREDENTIALS: 'Use an HMAC key of a service account (Settings, Interoperability), not its JSON key.',
    conditional: 'Google’s S3 interface has no conditions by ETag. Nothing depends on them.',
  },
  MinIO: {
    DK_STORE_DENIED: 'Attach a policy with s3:ListBucket on the bucket and s3:*Object on its content to the user.',
    DK_STORE_CREDENTIALS:
      'Root user and service account keys differ; with `mc admin user svcacct` make one for Dashkeep.',
  },
  Ceph: {
    DK_STORE_DENIED:
      'Check `radosgw-admin bucket stats`: the bucket must belong to the user of the key, or have a policy for it.',
  },
  Garage: {
    DK_STORE_DENIED: 'Run `garage bucket allow --read --write <bucket> --key <key>`.',
    DK_SETTINGS: 'The region must be the s3_region of garage.toml, which is "garage" unless changed.',
    conditional: 'Garage ignores the condition. Nothing depends on it.',
  },
};

/** A hint that fits the service better than the catalogue's. */
export function providerHint(provider: string | undefined, problem: ErrorCode | 'conditional'): string | undefined {
  return provider === undefined ? undefined : HINTS[provider]?.[problem];
}
