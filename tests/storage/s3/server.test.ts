import { Agent } from 'node:http';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/directories.ts';
import { startS3Server } from '../../support/s3/server.ts';
import type { S3Server, S3ServerOptions } from '../../support/s3/server.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

const credentials = { accessKeyId: 'test', secretAccessKey: 'testsecret' };

/** The stock client, set up as anybody would: what it takes for S3 is S3 enough. */
function clientFor(server: S3Server, config: S3ClientConfig = {}): S3Client {
  const client = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    ...config,
  });
  closing.push(() => client.destroy());
  return client;
}

async function start(options: S3ServerOptions = {}): Promise<{ server: S3Server; client: S3Client }> {
  const server = await startS3Server(options);
  closing.push(() => server.close());
  return { server, client: clientFor(server) };
}

const Bucket = 'test';
const put = (client: S3Client, Key: string, Body = 'x') => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const read = async (client: S3Client, Key: string, VersionId?: string) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();

describe('the S3 server of the tests', () => {
  it('takes the stock client with its checksums, and odd keys', async () => {
    const { client } = await start();
    const keys = ['a b', '100%', 'é/ü', 'a+b', 'a//b', '~x:y;z', "it's(1)!*", 'a?b#c&d=e', '<x>&"y"'];
    for (const key of keys) {
      await put(client, key, key);
    }

    for (const key of keys) {
      expect(await read(client, key)).toBe(key);
    }
    const listed = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(listed.Contents?.map((item) => item.Key)).toEqual(
      [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it.each([
    ['a wrong secret', { credentials: { ...credentials, secretAccessKey: 'x' } }, 'SignatureDoesNotMatch'],
    ['an unknown key', { credentials: { ...credentials, accessKeyId: 'x' } }, 'InvalidAccessKeyId'],
    ['another region', { region: 'eu-west-1' }, 'AuthorizationHeaderMalformed'],
  ])('refuses %s', async (_name, config, code) => {
    const { server } = await start();

    await expect(put(clientFor(server, config), 'a')).rejects.toMatchObject({ name: code });
  });

  it('refuses a request without signature, and one that was changed on its way', async () => {
    const { server, client } = await start();
    expect((await fetch(`${server.url}/test/a`)).status).toBe(403);

    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: string }).body = 'forged';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'forge' },
    );
    await expect(put(client, 'a', 'honest')).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
  });

  it('pages with opaque tokens, folders, starts and the older form of lists', async () => {
    const { client } = await start();
    for (const key of ['a/1', 'a/2', 'b/1', 'c', 'd', 'e/1']) {
      await put(client, key);
    }
    const pages: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken }),
      );
      pages.push(
        [
          ...(page.CommonPrefixes ?? []).map((item) => item.Prefix),
          ...(page.Contents ?? []).map((item) => item.Key),
        ].join(),
      );
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);

    expect(pages).toEqual(['a/,b/', 'c,d', 'e/']);
    const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'b/1' }));
    expect(after.Contents?.map((item) => item.Key)).toEqual(['c', 'd', 'e/1']);
    await expect(client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'made up' }))).rejects.toMatchObject(
      { name: 'InvalidArgument' },
    );
    expect((await client.send(new ListBucketsCommand({}))).Buckets?.map((item) => item.Name)).toEqual(['test']);
  });

  it('gives ranges, and refuses those beyond the end', async () => {
    const { client } = await start();
    await put(client, 'a', '0123456789');
    const range = async (Range: string) =>
      (await client.send(new GetObjectCommand({ Bucket, Key: 'a', Range }))).Body?.transformToString();

    expect(await range('bytes=2-4')).toBe('234');
    expect(await range('bytes=7-')).toBe('789');
    expect(await range('bytes=-2')).toBe('89');
    expect(await range('bytes=8-100')).toBe('89');
    await expect(range('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('keeps versions: overwritten, deleted, and put back by removing the marker', async () => {
    const { client } = await start();
    await put(client, 'a', 'before versioning');
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const second = await put(client, 'a', 'second');
    await put(client, 'a', 'third');
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));

    await expect(read(client, 'a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await read(client, 'a', second.VersionId)).toBe('second');
    const all = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect([all.Versions?.length, all.DeleteMarkers?.length]).toEqual([3, 1]);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: marker.VersionId }));
    expect(await read(client, 'a')).toBe('third');
  });

  it('holds what is locked until its time, governance unless bypassed', async () => {
    const { client } = await start({ buckets: [{ name: Bucket, objectLock: true }] });
    const until = new Date(Date.now() + 60_000);
    const lock = async (mode: 'COMPLIANCE' | 'GOVERNANCE', Key: string) => {
      const body = { Bucket, Key, Body: 'x', ObjectLockMode: mode, ObjectLockRetainUntilDate: until, Tagging: 'a=b' };
      return (await client.send(new PutObjectCommand(body))).VersionId;
    };
    const remove = (Key: string, VersionId: string | undefined, BypassGovernanceRetention?: boolean) =>
      client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention }));
    const strict = await lock('COMPLIANCE', 'strict');
    const lenient = await lock('GOVERNANCE', 'lenient');

    const refusal = { name: 'AccessDenied', message: expect.stringContaining('object lock') };
    await expect(remove('strict', strict)).rejects.toMatchObject(refusal);
    await expect(remove('strict', strict, true)).rejects.toMatchObject(refusal);
    await expect(remove('lenient', lenient)).rejects.toMatchObject(refusal);
    await remove('lenient', lenient, true);
    await expect(read(client, 'lenient')).rejects.toMatchObject({ name: 'NoSuchKey' });
    const retention = await client.send(new GetObjectRetentionCommand({ Bucket, Key: 'strict' }));
    expect(retention.Retention?.Mode).toBe('COMPLIANCE');
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'strict' }));
    expect(tags.TagSet).toEqual([{ Key: 'a', Value: 'b' }]);
  });

  it('refuses a lock in a bucket without one, and a wrong checksum', async () => {
    const { client } = await start();
    const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date() } as const;

    await expect(client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...lock }))).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })),
    ).rejects.toMatchObject({ name: 'BadDigest' });
  });

  it('insists on Content-MD5 where asked to, as older stores do', async () => {
    const { client } = await start({ multiDelete: 'content-md5' });

    await expect(
      client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }] } })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('finds its objects again in its directory, as plain files', async () => {
    const { path, remove } = await temporaryDirectory();
    closing.push(remove);
    const before = await start({ directory: path });
    for (const key of ['a/b.json', 'odd é%/../c', 'gone']) {
      await put(before.client, key, key);
    }
    await before.client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await before.server.close();

    const { client } = await start({ directory: path });

    expect(await read(client, 'a/b.json')).toBe('a/b.json');
    expect(await read(client, 'odd é%/../c')).toBe('odd é%/../c');
    await expect(read(client, 'gone')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(2);
  });

  it('lets several writers win where it is asked to be racy', async () => {
    const { client } = await start({ conditionalPut: 'racy' });

    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', IfNoneMatch: '*' })),
      ),
    );

    expect(results.filter((result) => result.status === 'fulfilled').length).toBeGreaterThan(1);
    await expect(
      client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('takes the bucket from the host name', async () => {
    const { server } = await start({ domain: 's3.example.com' });
    // In place of a name server.
    const httpAgent = new Agent({
      lookup: (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const client = clientFor(server, {
      endpoint: `http://s3.example.com:${server.port}`,
      forcePathStyle: false,
      requestHandler: { httpAgent },
    });

    await put(client, 'a/b', 'by name');

    expect(await read(client, 'a/b')).toBe('by name');
    expect(server.requests[0]).toMatchObject({ bucket: 'test', key: 'a/b' });
  });
});
