import { describe, expect, it } from 'vitest';
import { Configuration } from '../../../pkg/cli/config/configuration.ts';
import { settingsFor } from '../../../pkg/cli/config/storage.ts';

const environment = {
  DASHKEEP_TARGET: 's3://my-bucket/grafana',
  DASHKEEP_S3_ENDPOINT: 'https://s3.example.com',
  AWS_ACCESS_KEY_ID: 'first',
  AWS_SECRET_ACCESS_KEY: 'first-secret',
  DASHKEEP_COPY_TARGET: 's3://other-bucket/grafana',
  DASHKEEP_COPY_S3_ENDPOINT: 'https://s3.example.org',
  DASHKEEP_COPY_S3_ACCESS_KEY_ID: 'second',
  DASHKEEP_COPY_S3_SECRET_ACCESS_KEY: 'second-secret',
};

describe('a command with --target', () => {
  it.each([
    ['the second target', 's3://other-bucket/grafana', 'https://s3.example.org', 'second'],
    ['any other one', 's3://third-bucket/grafana', 'https://s3.example.com', 'first'],
  ])('reads %s at %s', async (_, target, endpoint, key) => {
    const { s3 } = settingsFor(target, new Configuration(environment, { target }));
    expect(s3?.endpoint?.value).toBe(endpoint);
    expect(await s3?.accessKeyId?.value()).toBe(key);
  });
});

describe('encryption by the server', () => {
  const copyOf = (more: Record<string, string>): unknown => {
    const target = environment.DASHKEEP_COPY_TARGET;
    return settingsFor(target, new Configuration({ ...environment, ...more }, { target })).s3?.encryption;
  };

  it.each([
    [{}, undefined],
    [{ DASHKEEP_S3_ENCRYPTION: 'AES256' }, { kind: 'AES256' }],
    [{ DASHKEEP_S3_ENCRYPTION: 'aws:kms:key-of-the-first' }, { kind: 'aws:kms' }],
    [
      { DASHKEEP_S3_ENCRYPTION: 'AES256', DASHKEEP_COPY_S3_ENCRYPTION: 'aws:kms:other' },
      { kind: 'aws:kms', keyId: 'other' },
    ],
    [{ DASHKEEP_S3_ENCRYPTION: 'AES256', DASHKEEP_COPY_S3_ENCRYPTION: 'none' }, undefined],
  ])('of the second target, with %j', (set, encryption) => {
    expect(copyOf(set)).toEqual(encryption);
  });
});
