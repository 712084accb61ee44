import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { resolveS3 } from '../../../pkg/storage/s3/settings/resolve.ts';
import type { ResolvedS3 } from '../../../pkg/storage/s3/settings/resolve.ts';
import type { S3Settings } from '../../../pkg/storage/s3/settings/settings.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { storageOf } from '../../support/s3/settings-of.ts';
import { realClock } from '../../support/ports.ts';
import { afterEach, beforeEach, expect } from 'vitest';

/** The files that the classic backup script tells people to write. */
export const CLASSIC_CONFIG = `[default]
region = fr-par
output = json
services = scw-fr-par

[services scw-fr-par]
s3 =
  endpoint_url = https://s3.fr-par.scw.cloud
`;
export const CLASSIC_CREDENTIALS = `[default]
aws_access_key_id = SCWAAAAAAAAAAAAAAAAA
aws_secret_access_key = 11111111-2222-3333-4444-555555555555
`;
export const SECRET = '11111111-2222-3333-4444-555555555555';
export const SCALEWAY = 'https://s3.fr-par.scw.cloud';

export let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

export interface Setup {
  config?: string;
  credentials?: string;
  environment?: Record<string, string>;
  settings?: S3Settings;
}

/** Resolves with files in a home directory, as somebody would have them. */
export async function resolve({ config, credentials, environment, settings }: Setup): Promise<ResolvedS3> {
  await mkdir(join(directory.path, '.aws'), { recursive: true });
  if (config !== undefined) {
    await writeFile(join(directory.path, '.aws', 'config'), config);
  }
  if (credentials !== undefined) {
    await writeFile(join(directory.path, '.aws', 'credentials'), credentials);
  }
  return resolveS3(
    { bucket: 'bucket', prefix: '' },
    { ...storageOf({ HOME: directory.path, ...environment }, settings), clock: realClock },
  );
}

export async function refusalOf(setup: Setup): Promise<DashkeepError> {
  try {
    await resolve(setup);
  } catch (error) {
    if (error instanceof DashkeepError) {
      expect(error.message + error.hint).not.toContain(SECRET);
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

export const classic = { config: CLASSIC_CONFIG, credentials: CLASSIC_CREDENTIALS };
export const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
