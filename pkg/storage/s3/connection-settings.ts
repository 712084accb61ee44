import type { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../contract/ports.ts';
import type { OutboundPolicy } from '../outbound/policy.ts';
import type { ResolvedS3 } from './settings/resolve.ts';

export interface ConnectionSettings {
  readonly client: S3Client;
  readonly resolved: ResolvedS3;
  /** Which hosts may be connected to; undefined = any. */
  readonly outbound: OutboundPolicy | undefined;
  readonly clock: Clock;
  readonly description: string;
  /** Of each request, so that a bucket of somebody else is never written to. */
  readonly common: { Bucket: string; ExpectedBucketOwner: string | undefined };
}
