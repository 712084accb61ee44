import { Configuration } from '../../../pkg/cli/config/configuration.ts';
import { settingsFor } from '../../../pkg/cli/config/storage.ts';
import type { StorageSettings } from '../../../pkg/storage/open.types.ts';

/** What is set about a bucket, and its object lock. */
export type BucketSettings = NonNullable<StorageSettings['s3']> & Pick<StorageSettings, 'lock'>;

/** The settings of a bucket that an environment gives. The files of anyone who runs the tests play no part. */
export function storageOf(
  environment: Readonly<Record<string, string>>,
  { lock, ...more }: BucketSettings = {},
): StorageSettings {
  const given = settingsFor('s3://bucket', new Configuration({ HOME: '/nonexistent', ...environment }));
  return { ...given, s3: { ...given.s3, ...more }, lock: lock ?? given.lock };
}
