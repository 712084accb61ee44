import { makeCertificate } from '../../support/certificates.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { describe, expect, it } from 'vitest';
import type { S3Request } from '../../support/s3/server.ts';
import { inParallel, keysOf } from '../../support/stores/read.ts';
import { body, closing, open } from './harness.ts';

describe('S3Store over TLS', () => {
  it('trusts a private authority only when asked to', async () => {
    const { path, remove } = await temporaryDirectory();
    closing.push(remove);
    const { key, cert, caFile } = makeCertificate(path);
    const { server, store } = await open({ tls: { key, cert } });

    await expect(store.put('a', body)).rejects.toMatchObject({
      code: 'DK_STORE_UNREACHABLE',
      message: expect.stringContaining('certificate'),
      hint: expect.stringContaining('DASHKEEP_S3_CA_FILE'),
    });
    expect(server.requests).toEqual([]);

    for (const variable of ['DASHKEEP_S3_CA_FILE', 'AWS_CA_BUNDLE']) {
      const trusting = await openTestStore(server, { environment: { [variable]: caFile } });
      expect(await trusting.put('a', body)).toEqual({ written: true });
      await trusting.close();
    }
  });
});

it('does not ask for a certificate where the endpoint speaks no TLS', async () => {
  const { server } = await open();
  const store = await openTestStore(server, {
    environment: { DASHKEEP_S3_ENDPOINT: server.url.replace('http:', 'https:') },
  });
  closing.push(() => store.close());
  await expect(store.put('a', body)).rejects.toMatchObject({
    code: 'DK_STORE_UNREACHABLE',
    message: expect.stringContaining('the endpoint does not speak TLS'),
    hint: expect.stringContaining('http://'),
  });
});

it('asks for https:// where the endpoint speaks only TLS', async () => {
  const { path, remove } = await temporaryDirectory();
  closing.push(remove);
  const { server } = await open({ tls: makeCertificate(path) });
  const store = await openTestStore(server, {
    environment: { DASHKEEP_S3_ENDPOINT: server.url.replace('https:', 'http:') },
  });
  closing.push(() => store.close());
  await expect(store.put('a', body)).rejects.toMatchObject({
    code: 'DK_STORE_UNREACHABLE',
    message: expect.stringContaining('the connection was closed'),
    hint: expect.stringContaining('https://'),
  });
});

describe('S3Store asked for more', () => {
  function recording() {
    const seen: S3Request[] = [];
    const fault = (request: S3Request) => {
      seen.push(request);
      return undefined;
    };
    return { seen, fault };
  }

  it('sends no checksum that some stores refuse, unless asked to', async () => {
    const { seen, fault } = recording();
    const { server, store } = await open({ fault });
    await store.put('a', body);
    await store.deleteMany(['a', 'b']);

    for (const { headers } of seen) {
      expect(
        Object.keys(headers).filter((name) => name.startsWith('x-amz-checksum') || name === 'x-amz-trailer'),
      ).toEqual([]);
      expect(headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(seen[1]?.headers['content-md5']).toBeDefined();

    const other = await openTestStore(server, { environment: { DASHKEEP_S3_CHECKSUMS: 'supported' } });
    await other.put('a', body);
    expect(seen.at(-1)?.headers['x-amz-checksum-crc32']).toBeDefined();
    await other.close();
  });

  it('asks for encryption, class, tags and owner as set', async () => {
    const { seen, fault } = recording();
    const { store } = await open(
      { fault, buckets: [{ name: 'test', owner: '123456789012' }] },
      {},
      {
        DASHKEEP_S3_ENCRYPTION: 'aws:kms:alias/backup',
        DASHKEEP_S3_STORAGE_CLASS: 'STANDARD_IA',
        DASHKEEP_S3_TAGS: 'team=ops,env=a b',
        DASHKEEP_S3_BUCKET_OWNER: '123456789012',
      },
    );
    await store.put('a', body);

    expect(seen[0]?.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/backup',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging': 'team=ops&env=a+b',
      'x-amz-expected-bucket-owner': '123456789012',
    });
  });

  it('writes nothing into a bucket of somebody else', async () => {
    const { store } = await open({}, { bucketOwner: '999999999999' });

    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_STORE_DENIED' });
    await expect(keysOf(store, '')).rejects.toMatchObject({ code: 'DK_STORE_DENIED' });
  });

  it('locks what is to last, and not what is transient', async () => {
    const { seen, fault } = recording();
    const lock = { mode: 'COMPLIANCE', days: 30 } as const;
    const { store } = await open({ fault, buckets: [{ name: 'test', objectLock: true }] }, { lock });

    await store.put('objects/a', body);
    await store.put('sessions/a', body, { transient: true });

    const until = new Date(String(seen[0]?.headers['x-amz-object-lock-retain-until-date'])).getTime();
    expect(seen[0]?.headers['x-amz-object-lock-mode']).toBe('COMPLIANCE');
    expect(Math.abs(until - Date.now() - 30 * 24 * 3_600_000)).toBeLessThan(60_000);
    expect(seen[1]?.headers['x-amz-object-lock-mode']).toBeUndefined();
  });

  it('distinguishes a locked object from a missing permission', async () => {
    const { store } = await open(
      { buckets: [{ name: 'test', objectLock: true }], deny: (action) => action === 's3:DeleteObject' },
      { lock: { mode: 'COMPLIANCE', days: 1 } },
    );
    await store.put('locked', body);
    await store.put('free', body, { transient: true });

    expect(await store.deleteMany(['locked', 'free'])).toMatchObject([
      { problem: { code: 'locked' } },
      { problem: { code: 'denied' } },
    ]);
    expect(await store.deleteMany(['locked'])).toMatchObject([{ problem: { code: 'locked' } }]);
  });

  it('stops asking for conditional puts where they are refused, and writes all the same', async () => {
    const { server, store } = await open({ conditionalPut: 'refused' });

    expect(await store.put('a', body, { ifAbsent: true })).toEqual({ written: true });
    expect(await store.put('b', body, { ifAbsent: true })).toEqual({ written: true });

    expect(server.requests.map((request) => request.status)).toEqual([501, 200, 200]);
    expect(store.capabilities.conditionalPut).toBe('refused');
  });

  it('stops asking for bulk deletion where it is unknown', async () => {
    const { server, store } = await open({ multiDelete: 'refused' });
    await inParallel(['a', 'b', 'c'], 3, (key) => store.put(key, body).then(() => undefined));

    await store.deleteMany(['a', 'b']);
    await store.deleteMany(['b', 'c']);

    expect(await keysOf(store, '')).toEqual([]);
    expect(server.counts.get('DeleteObjects')).toBe(1);
  });
});
