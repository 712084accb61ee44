import type { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../../contract/ports.ts';
import type { OutboundPolicy } from '../outbound/policy.ts';
import type { Direct } from './fast-path/client.ts';
import { fromS3 } from './errors.ts';
import type { ResolvedS3 } from './resolve.ts';

/** What every call of a store shares. */
export interface Connection extends Basis {
  readonly direct: Direct;
}

export interface Basis {
  readonly client: S3Client;
  readonly resolved: ResolvedS3;
  /** Which hosts may be connected to; undefined = any. */
  readonly outbound: OutboundPolicy | undefined;
  readonly clock: Clock;
  readonly description: string;
  /** Of each request, so that a bucket of somebody else is never written to. */
  readonly common: { Bucket: string; ExpectedBucketOwner: string | undefined };
}

export function keyIn({ resolved }: Basis, key: string): string {
  return resolved.prefix === '' ? key : `${resolved.prefix}/${key}`;
}

/** Runs one call and puts what goes wrong into the catalogue's words; an abort rejects with the signal's own reason. */
export async function call<T>(
  connection: Connection,
  what: string,
  permission: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw fromS3(error, { what, permission, where: connection.description });
  }
}
