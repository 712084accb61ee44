import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { KnownReason } from '../contract/reasons/catalogue.ts';
import type { OutboundPolicy } from './outbound/policy.ts';
import type { S3Settings } from './s3/settings/settings.ts';

export interface OpenStoreOptions {
  /** For a bucket; without them, only `~/.aws` and roles are left. */
  s3?: S3Settings;
  /** Directories that a `file://` target has to be in or below; without them any directory is taken. */
  directories?: readonly string[];
  /**
   * Which hosts the S3 client may connect to; without it any. An endpoint of the environment or the AWS files is always
   * taken.
   */
  outbound?: OutboundPolicy;
  clock: Clock;
  random: Randomness;
  log: Log;
}

/** Where a setting of an S3 target came from, for people. Holds no secret. */
export interface StoreExplanation {
  settings: { name: string; value: string; from: string }[];
  warnings: KnownReason[];
}
