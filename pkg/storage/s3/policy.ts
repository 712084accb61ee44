import { DashkeepError } from '../../contract/errors.ts';
import { baseOf } from '../address.ts';
import type { ObjectLock } from '../object-lock.ts';
import type { S3Settings } from './settings/settings.ts';
import { parseTarget } from '../target.ts';

export interface PolicyOptions extends Pick<S3Settings, 'encryption' | 'tags'> {
  lock?: ObjectLock | undefined;
  /** Decides the partition: China and GovCloud have their own ARNs. */
  region?: string;
  /** False for a key that can write but never remove. Prune then needs another key. */
  deletes?: boolean;
}

interface Statement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string;
  Condition?: Record<string, Record<string, string[]>>;
}

export interface MinimalPolicy {
  /** For AWS IAM; MinIO, Ceph and Scaleway take the same form. */
  policy: { Version: '2012-10-17'; Statement: Statement[] };
  /** For those who have no such policies. */
  notes: string[];
}

/**
 * The fewest rights with which everything works on a target.
 *
 * @throws DK_SETTINGS when the target is no bucket
 */
export function minimalPolicy(target: string, options: PolicyOptions = {}): MinimalPolicy {
  const parsed = parseTarget(target);
  if (parsed.kind !== 's3') {
    throw new DashkeepError('DK_SETTINGS', 'a minimal policy exists only for s3:// targets');
  }
  const { lock, encryption, tags, deletes = true } = options;
  const bucket = `arn:${partitionOf(options.region)}:s3:::${parsed.bucket}`;
  const kmsKey = encryption?.kind === 'aws:kms' ? encryption.keyId : undefined;
  const statements: Statement[] = [
    {
      Sid: 'ListTheRepository',
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: bucket,
      ...(parsed.prefix !== '' && {
        Condition: { StringLike: { 's3:prefix': [parsed.prefix, `${parsed.prefix}/*`] } },
      }),
    },
    {
      Sid: 'ReadBucketConfiguration',
      Effect: 'Allow',
      Action: ['s3:GetBucketVersioning', 's3:GetBucketObjectLockConfiguration', 's3:GetLifecycleConfiguration'],
      Resource: bucket,
    },
    {
      Sid: 'ReadAndWriteTheRepository',
      Effect: 'Allow',
      Action: [
        's3:GetObject',
        's3:PutObject',
        ...(deletes ? ['s3:DeleteObject'] : []),
        ...(lock === undefined ? [] : ['s3:PutObjectRetention', 's3:GetObjectRetention']),
        ...(tags === undefined ? [] : ['s3:PutObjectTagging']),
      ],
      Resource: `${bucket}/${baseOf(parsed)}*`,
    },
  ];
  if (kmsKey !== undefined) {
    statements.push({
      Sid: 'UseTheKey',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: kmsKey,
    });
  }
  return { policy: { Version: '2012-10-17', Statement: statements }, notes: NOTES };
}

const NOTES = [
  'Scaleway: an IAM rule with ObjectStorageObjectsRead, ObjectStorageObjectsWrite, ObjectStorageObjectsDelete and ObjectStorageBucketsRead on the project; the API key’s default project is that of the bucket.',
  'Cloudflare R2: an API token with "Object Read & Write" for this bucket only.',
  'Backblaze B2: an application key for this bucket with listBuckets, listFiles, readFiles, writeFiles and deleteFiles.',
  'Garage: garage bucket allow --read --write <bucket> --key <key>',
  'Ceph: a dedicated user that owns the bucket, or this policy as bucket policy with that user as Principal.',
  'MinIO: this policy, created with mc admin policy create and attached to a dedicated user.',
];

function partitionOf(region: string | undefined): string {
  if (region?.startsWith('cn-')) {
    return 'aws-cn';
  }
  return region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
