import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import type { S3Settings } from '../../pkg/storage/open.ts';
import { makeCertificate } from '../support/certificates.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { openTestStore } from '../support/s3/client.ts';
import { startS3Server } from '../support/s3/server.ts';
import type { S3Fault, S3Request, S3Server, S3ServerOptions } from '../support/s3/server.ts';
import { all, inParallel, keysOf } from './conformance.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function open(options: S3ServerOptions = {}, s3: S3Settings = {}, environment: Record<string, string> = {}) {
  const server = await startS3Server(options);
  const store = await openTestStore(server, { s3, environment });
  closing.push(
    () => server.close(),
    () => store.close(),
  );
  return { server, store };
}

/** The fault for the first so many requests of an operation. */
function first(count: number, operation: string, fault: S3Fault): (request: S3Request) => S3Fault | undefined {
  let seen = 0;
  return (request) => {
    if (request.operation !== operation) {
      return undefined;
    }
    seen += 1;
    return seen <= count ? fault : undefined;
  };
}

function always(fault: S3Fault): () => S3Fault {
  return () => fault;
}

const body = Buffer.from('{"dashboard":{}}');

describe('S3Store on a bad network', () => {
  it('gives up on a server that never answers', async () => {
    const { store } = await open({ fault: always({ kind: 'hang' }) }, { timeoutMilliseconds: 100 });

    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_STORE_TIMEOUT' });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_TIMEOUT' });
    await expect(keysOf(store, '')).rejects.toMatchObject({ code: 'DK_STORE_TIMEOUT' });
  });

  it('gives up on a body that stops coming, and takes what a second attempt brings', async () => {
    const { server, store } = await open({}, { timeoutMilliseconds: 150 });
    await store.put('a', body);

    server.options.fault = first(1, 'GetObject', { kind: 'stall', bytes: 5 });
    expect(await store.get('a')).toEqual(body);

    server.options.fault = always({ kind: 'stall', bytes: 5 });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_TIMEOUT' });
  });

  it('never takes half a body for the whole', async () => {
    const { server, store } = await open();
    await store.put('a', Buffer.alloc(100_000, 'x'));

    server.options.fault = first(2, 'GetObject', { kind: 'truncate', bytes: 60_000 });
    expect((await store.get('a')).length).toBe(100_000);

    server.options.fault = always({ kind: 'truncate', bytes: 60_000 });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_UNREACHABLE' });
  });

  it.each([
    ['a cut connection', { kind: 'cut' }],
    ['503 SlowDown', { kind: 'status', status: 503, code: 'SlowDown' }],
    ['500 InternalError', { kind: 'status', status: 500, code: 'InternalError' }],
    ['429', { kind: 'status', status: 429, code: 'TooManyRequests' }],
  ] as const)('repeats a call after %s', async (_name, fault) => {
    const { server, store } = await open({ fault: first(2, 'PutObject', fault) });

    expect(await store.put('a', body)).toEqual({ written: true });
    expect(server.counts.get('PutObject')).toBe(3);
  });

  it('knows its own write again when the answer was lost', async () => {
    const { store } = await open({ fault: first(1, 'PutObject', { kind: 'cut', effect: true }) });

    expect(await store.put('a', body, { ifAbsent: true })).toEqual({ written: true });
  });

  it('does not take somebody else’s write for its own', async () => {
    const { server, store } = await open();
    await store.put('a', Buffer.from('theirs'));
    server.options.fault = first(1, 'PutObject', { kind: 'cut' });

    expect(await store.put('a', body, { ifAbsent: true })).toEqual({ written: false });
    expect((await store.get('a')).toString()).toBe('theirs');
  });

  it('repeats a conditional put that met another one', async () => {
    const conflict = { kind: 'status', status: 409, code: 'ConditionalRequestConflict' } as const;
    const { store } = await open({ fault: first(2, 'PutObject', conflict) });

    expect(await store.put('a', body, { ifAbsent: true })).toEqual({ written: true });
  });

  it('ends at once when it is aborted while waiting', async () => {
    const { store } = await open({ fault: always({ kind: 'hang' }) });
    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    const calls = [
      store.put('a', body, { signal: controller.signal }),
      store.get('a', { signal: controller.signal }),
      store.head('a', { signal: controller.signal }),
      store.deleteMany(['a', 'b'], { signal: controller.signal }),
      all(store.list('', { signal: controller.signal })),
    ];
    setTimeout(() => controller.abort(reason), 50);

    for (const call of await Promise.allSettled(calls)) {
      expect(call).toEqual({ status: 'rejected', reason });
    }
  });

  it('ends a body that is coming in when it is aborted', async () => {
    const { server, store } = await open();
    await store.put('a', body);
    server.options.fault = always({ kind: 'stall', bytes: 3 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled')), 100);

    await expect(store.get('a', { signal: controller.signal })).rejects.toThrow('cancelled');
  });

  it('says that nobody listens', async () => {
    const { server, store } = await open();
    await server.close();

    await expect(store.head('a')).rejects.toMatchObject({
      code: 'DK_STORE_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('works when the clocks are hours apart', async () => {
    const { store } = await open({ clockSkewMilliseconds: 5 * 3_600_000 });

    await store.put('a', body);

    expect(await store.get('a')).toEqual(body);
    expect((await store.clock()).getTime()).toBeGreaterThan(Date.now() + 4.9 * 3_600_000);
  });
});

describe('S3Store refused', () => {
  it.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'DK_STORE_CREDENTIALS', /SignatureDoesNotMatch/],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'nobody' }, 'DK_STORE_CREDENTIALS', /InvalidAccessKeyId/],
    ['another region', { AWS_REGION: 'eu-west-3' }, 'DK_SETTINGS', /region/],
  ])('for %s says so', async (_name, environment, code, message) => {
    const { store } = await open({}, {}, environment);

    const refusal = { code, message: expect.stringMatching(message) };
    await expect(store.put('a', body)).rejects.toMatchObject(refusal);
    await expect(store.get('a')).rejects.toMatchObject(refusal);
    await expect(keysOf(store, '')).rejects.toMatchObject(refusal);
    await expect(store.deleteMany(['a', 'b'])).rejects.toMatchObject({ code });
    await expect(store.deleteMany(['a'])).rejects.toMatchObject({ code });
  });

  it('tells a missing bucket from an absent object', async () => {
    const { store } = await open({ buckets: ['another'] });

    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_NO_BUCKET' });
    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_STORE_NO_BUCKET' });
    await expect(keysOf(store, '')).rejects.toMatchObject({ code: 'DK_STORE_NO_BUCKET' });
  });

  it('names the right that is missing', async () => {
    const { store } = await open({ deny: () => true });
    const denied = (permission: string) => ({
      code: 'DK_STORE_DENIED',
      message: expect.stringContaining(`${permission} is not allowed`),
      hint: expect.stringContaining(permission),
    });

    await expect(store.put('a', body)).rejects.toMatchObject(denied('s3:PutObject'));
    await expect(store.get('a')).rejects.toMatchObject(denied('s3:GetObject'));
    await expect(store.head('a')).rejects.toMatchObject(denied('s3:GetObject'));
    await expect(keysOf(store, '')).rejects.toMatchObject(denied('s3:ListBucket'));
  });

  it('for one of many keys says which', async () => {
    const { store } = await open({ deny: (action, key) => action === 's3:DeleteObject' && key.endsWith('/kept') });
    const keys = [...Array.from({ length: 1_100 }, (_, at) => `many/${at}`), 'many/kept'];
    await inParallel(keys.slice(-3), 4, (key) => store.put(key, body).then(() => undefined));

    const results = await store.deleteMany(keys);

    expect(results.map((result) => result.key)).toEqual(keys);
    expect(results.filter((result) => result.problem)).toEqual([
      { key: 'many/kept', problem: { code: 'denied', message: expect.stringContaining('s3:DeleteObject') } },
    ]);
    expect(await keysOf(store, 'many/')).toEqual(['many/kept']);
  });

  it('shows neither signature nor secret nor body, however deep one looks', async () => {
    const { server, store } = await open({ deny: () => true });
    const failures = [await store.put('a', body).catch((error: unknown) => error)];
    server.options.fault = always({ kind: 'cut' });
    failures.push(await store.put('a', body).catch((error: unknown) => error));

    for (const failure of failures) {
      expect(failure).toBeInstanceOf(DashkeepError);
      expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toMatch(/testsecret|AWS4-HMAC|dashboard/);
    }
  });

  it('because the bucket is in another region says what to correct', async () => {
    const { store } = await open({ fault: always({ kind: 'status', status: 301, code: 'PermanentRedirect' }) });

    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_SETTINGS', hint: /AWS_REGION/ });
  });

  it('because the disk is full or the service overloaded says that', async () => {
    const { server, store } = await open({ fault: always({ kind: 'status', status: 507, code: 'XMinioStorageFull' }) });
    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_STORE_FAILED', hint: /full/ });

    server.options.fault = always({
      kind: 'status',
      status: 403,
      code: 'AccessDenied',
      message: 'not authorized: kms:Decrypt',
    });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_DENIED', message: /kms:Decrypt/ });
  });
});

describe('S3Store and what is no S3', () => {
  async function answering(status: number, text: string, headers: Record<string, string> = {}) {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, headers).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const base = { environment: { AWS_REGION: 'r', AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' } };
    const store = await openTestStore(base as unknown as S3Server, { environment: { DASHKEEP_S3_ENDPOINT: url } });
    closing.push(
      () => new Promise((resolve) => server.close(resolve)),
      () => store.close(),
    );
    return store;
  }

  it.each([
    ['a login page', '<html><head><title>Sign in</title></head><body></body></html>'],
    ['nothing', ''],
    ['JSON', '{"ok":true}'],
  ])('never takes %s for an empty list, a write or a deletion', async (_name, text) => {
    const store = await answering(200, text, { 'content-type': 'text/html' });

    await expect(keysOf(store, '')).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
    const deleted = await store.deleteMany(['a', 'b']).catch((error: unknown) => [{ problem: error }]);
    expect(deleted.every((result) => result.problem !== undefined)).toBe(true);
  });

  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>`;
  const list = (content: string) =>
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListBucketResult>`;
  const place = 'some/prefix/';

  it.each([
    ['has no way to its next page', `<IsTruncated>true</IsTruncated>${entry(`${place}a`)}`, /how to get it/],
    ['is out of order', `<IsTruncated>false</IsTruncated>${entry(`${place}b`)}${entry(`${place}a`)}`, /comes after/],
    ['names a key twice', `<IsTruncated>false</IsTruncated>${entry(`${place}a`)}${entry(`${place}a`)}`, /comes after/],
    ['leaves the prefix', `<IsTruncated>false</IsTruncated>${entry('elsewhere/a')}`, /not asked for/],
    ['lacks sizes', `<IsTruncated>false</IsTruncated><Contents><Key>${place}a</Key></Contents>`, /no name, size/],
    ['never ends', `<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>`, /how to get it/],
  ])('does not trust a list that %s', async (_name, content, why) => {
    const store = await answering(200, list(content), { 'content-type': 'application/xml' });

    await expect(keysOf(store, '')).rejects.toMatchObject({
      code: 'DK_STORE_FAILED',
      message: expect.stringMatching(why),
    });
  });

  it('leaves out the folder marks of web consoles', async () => {
    const mark = `<Contents><Key>${place}objects/</Key><Size>0</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>`;
    const store = await answering(200, list(`<IsTruncated>false</IsTruncated>${mark}${entry(`${place}objects/a`)}`));

    expect(await keysOf(store, '')).toEqual(['objects/a']);
  });
});

describe('S3Store over TLS', () => {
  it('trusts an authority of one’s own only when told to', async () => {
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

describe('S3Store asked for more', () => {
  function recording() {
    const seen: S3Request[] = [];
    const fault = (request: S3Request) => {
      seen.push(request);
      return undefined;
    };
    return { seen, fault };
  }

  it('sends no checksum that some stores refuse, unless told to', async () => {
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

  it('tells a locked object from a missing right', async () => {
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
