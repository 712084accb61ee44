import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { KnownReason } from '../contract/reasons/catalogue.ts';
import type { AzureSettings } from './azure/settings.ts';
import type { GcsSettings } from './gcs/settings.ts';
import type { ObjectLock } from './object-lock.ts';
import type { OutboundPolicy } from './outbound/policy.ts';
import type { S3Settings } from './s3/settings/settings.ts';

/** What is set about each kind of storage. Without it, only the platform's own places are left: files, roles. */
export interface StorageSettings {
  s3?: S3Settings;
  azure?: AzureSettings;
  gcs?: GcsSettings;
  lock?: ObjectLock | undefined;
}

export interface OpenStoreOptions extends StorageSettings {
  /** Directories that a `file://` target has to be in or below; without them any directory is taken. */
  directories?: readonly string[];
  /**
   * Which hosts clients may connect to; without it any. An endpoint of the environment or the AWS files is always
   * taken.
   */
  outbound?: OutboundPolicy;
  /** Whether to log an unencrypted endpoint only at the level debug: the first backup and the checks warn of it. */
  allowsHttp?: boolean;
  clock: Clock;
  random: Randomness;
  log: Log;
}

/** Where a setting of a target came from, for people. Holds no secret. */
export interface StoreExplanation {
  settings: { name: string; value: string; from: string }[];
  warnings: KnownReason[];
}
