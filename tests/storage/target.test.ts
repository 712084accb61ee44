import { describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { parseTarget } from '../../pkg/storage/target.ts';

describe('parseTarget', () => {
  it.each([
    ['s3://bucket', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket-1/grafana/prod/', { kind: 's3', bucket: 'my.bucket-1', prefix: 'grafana/prod' }],
    [' S3://bucket/a ', { kind: 's3', bucket: 'bucket', prefix: 'a' }],
    ['file:///var/lib/dashkeep', { kind: 'directory', path: '/var/lib/dashkeep' }],
    ['file:///var/lib/with%20space/', { kind: 'directory', path: '/var/lib/with space' }],
    ['azblob://container/some/prefix/', { kind: 'azblob', bucket: 'container', prefix: 'some/prefix' }],
    ['GS://a.bucket_name', { kind: 'gs', bucket: 'a.bucket_name', prefix: '' }],
    ['file:///a/../b', { kind: 'directory', path: '/b' }],
  ])('reads %s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each([
    ['', /empty/],
    ['"s3://bucket"', /quotes/],
    ['bucket/prefix', /must start with s3:/],
    ['/var/lib/dashkeep', /file:\/\/\//],
    ['https://s3.fr-par.scw.cloud/bucket', /DASHKEEP_S3_ENDPOINT/],
    ['ftp://bucket', /ftp:\/\/ is not supported/],
    ['gs://B', /bucket name/],
    ['azblob://my_container', /container name/],
    ['azblob://two--hyphens', /container name/],
    ['azblob://container/../other', /prefix/],
    ['s3://', /bucket name/],
    ['s3:///prefix', /bucket name/],
    ['s3://b', /bucket name/],
    ['s3://bucket/a//b', /prefix/],
    ['s3://bucket/../other', /prefix/],
    ['s3://bucket/a b', /prefix/],
    ['file://server/share', /three slashes/],
    ['file:///', /root/],
    ['file:///a?b', /%3F/],
  ])('refuses %s and says why', (text, why) => {
    const refusal = refusalOf(text);

    expect(refusal.code).toBe('DK_SETTINGS');
    expect(refusal.message).toMatch(why);
    expect(refusal.hint).toContain('Specify the target as s3://bucket/prefix');
  });

  it('never repeats a key that was put into it', () => {
    for (const scheme of ['s3', 'azblob', 'gs']) {
      expect(refusalOf(`${scheme}://AKIAKEY:very-secret@bucket/prefix`).message).not.toMatch(/AKIAKEY|very-secret/);
    }
  });
});

function refusalOf(text: string): DashkeepError {
  try {
    parseTarget(text);
  } catch (error) {
    if (error instanceof DashkeepError) {
      return error;
    }
  }
  throw new Error(`${text} was accepted`);
}
