import { Configuration } from '../../../pkg/cli/config/configuration.ts';
import { s3WithKey } from '../../../pkg/cli/config/s3.ts';
import type { S3Settings } from '../../../pkg/storage/open.ts';

/** The settings of a bucket that an environment gives. The files of anyone who runs the tests play no part. */
export function s3SettingsOf(environment: Readonly<Record<string, string>>): Promise<S3Settings> {
  return s3WithKey(new Configuration({ HOME: '/nonexistent', ...environment }));
}
