import { inspect } from 'node:util';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { openConfig } from '../../../pkg/repository/config.ts';
import { listening } from '../../support/servers/listening.ts';
import { SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { describe, expect, it } from 'vitest';
import type { S3Server } from '../../support/s3/server.ts';
import { inParallel, keysOf } from '../../support/stores/read.ts';
import { always, body, closing, open } from './harness.ts';

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

  it('because the account is suspended blames the key', async () => {
    const { store } = await open({ fault: always({ kind: 'status', status: 403, code: 'UserSuspended' }) });
    const refusal = { code: 'DK_STORE_CREDENTIALS', message: expect.stringMatching(/suspended/) };
    await expect(store.put('a', body)).rejects.toMatchObject(refusal);
    await expect(keysOf(store, '')).rejects.toMatchObject(refusal);
  });

  it('distinguishes a missing bucket from an absent object', async () => {
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

    await expect(store.put('a', body)).rejects.toMatchObject({
      code: 'DK_SETTINGS',
      // Also of a second target, whose region is not AWS_REGION.
      hint: 'The bucket is in another region. Correct the region.',
    });
  });

  it('because the disk is full or the service overloaded says that', async () => {
    const { server, store } = await open();
    for (const full of [
      { status: 507, code: 'XMinioStorageFull' },
      { status: 403, code: 'QuotaExceeded' },
    ]) {
      server.options.fault = always({ kind: 'status', ...full });
      await expect(store.put('a', body)).rejects.toMatchObject({
        code: 'DK_STORE_FAILED',
        hint: expect.stringMatching(/full/),
      });
    }

    server.options.fault = always({
      kind: 'status',
      status: 403,
      code: 'AccessDenied',
      message: 'not authorized: kms:Decrypt',
    });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'DK_STORE_DENIED',
      message: expect.stringMatching(/kms:Decrypt/),
    });
  });
});

describe('S3Store and what is no S3', () => {
  async function answering(status: number, text: string, headers: Record<string, string> = {}) {
    const server = await listening((request, response) => {
      request.resume();
      response.writeHead(status, headers).end(text);
    });
    const base = { environment: { AWS_REGION: 'r', AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' } };
    const store = await openTestStore(base as unknown as S3Server, {
      environment: { DASHKEEP_S3_ENDPOINT: server.url },
    });
    closing.push(
      () => server.close(),
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

  it.each([
    ['a web server that has no such page', 404, 'text/plain', '404 page not found\n'],
    ['a web server with a page for it', 404, 'text/html', '<html><body>nothing here</body></html>'],
    ['an empty 404', 404, 'text/plain', ''],
    ['a proxy that sends everybody to its login page', 302, 'text/html', ''],
    ['a web server with one page for everything', 200, 'text/html', '<html><body>welcome</body></html>'],
  ])('does not take %s for a store without that object', async (_name, status, type, text) => {
    const store = await answering(status, text, { 'content-type': type });
    const foreign = { code: 'DK_STORE_UNREACHABLE', hint: expect.stringContaining('The response is not from S3') };

    await expect(store.get('a')).rejects.toMatchObject(foreign);
    if (status !== 200) {
      await expect(keysOf(store, '')).rejects.toMatchObject(foreign);
      await expect(store.put('a', body)).rejects.toMatchObject(foreign);
      await expect(store.clock()).rejects.toMatchObject(foreign);
      await expect(store.deleteMany(['a'])).rejects.toMatchObject(foreign);
    }
  });

  it.each([
    ['a page', 'text/html', '<html><head><title>Blocked</title></head><body>Blocked by policy</body></html>'],
    ['nothing', 'text/plain', ''],
  ])(
    'does not blame the permissions of the key for a proxy that responds to everything with 403 and %s',
    async (_name, type, text) => {
      const store = await answering(403, text, { 'content-type': type });
      const refusal = {
        code: 'DK_STORE_DENIED',
        message: expect.stringMatching(
          /is not allowed, the secret key is wrong, or a proxy refuses the request \(HTTP 403 without an S3 error code/,
        ),
        hint: expect.stringMatching(/proxy/),
      };
      await expect(store.get('a')).rejects.toMatchObject(refusal);
      await expect(store.put('a', body)).rejects.toMatchObject(refusal);
      await expect(keysOf(store, '')).rejects.toMatchObject(refusal);
    },
  );

  it('does not refer to the words of a response that has none', async () => {
    const store = await answering(502, '<html><body>Bad gateway</body></html>', { 'content-type': 'text/html' });
    const refusal = {
      code: 'DK_STORE_FAILED',
      message: expect.stringMatching(/HTTP 502 without an S3 error code/),
      hint: expect.stringMatching(/proxy/),
    };
    await expect(store.get('a')).rejects.toMatchObject(refusal);
    await expect(keysOf(store, '')).rejects.toMatchObject(refusal);
  });

  it.each([
    ['was cut off', '<?xml version="1.0"?><ListBucketResult><Name>x</Name><Conte'],
    ['is not XML', 'garbled <<<'],
  ])('names a list that %s in plain words', async (_name, text) => {
    const store = await answering(200, text, { 'content-type': 'application/xml' });
    await expect(keysOf(store, '')).rejects.toMatchObject({
      code: 'DK_STORE_FAILED',
      message: expect.stringMatching(/: the response was cut off or is not XML$/),
      hint: expect.stringMatching(/^Retry\. .*proxy/),
    });
  });

  it('does not take a server that knows nothing for a bucket without a repository', async () => {
    const store = await answering(404, '<Error><Code>NoSuchKey</Code></Error>', { 'content-type': 'application/xml' });
    const ports = { store, clock: new TestClock(), randomness: new SeededRandomness(), log: silentLog };

    await expect(openConfig(ports, false)).rejects.toMatchObject({
      code: 'DK_STORE_UNREACHABLE',
      hint: expect.stringContaining('The response is not from S3'),
    });
  });

  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>`;
  const list = (content: string) =>
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListBucketResult>`;
  const place = 'some/prefix/';

  it.each([
    [
      'has no way to its next page',
      `<IsTruncated>true</IsTruncated>${entry(`${place}a`)}`,
      /no token for the next page/,
    ],
    ['is out of order', `<IsTruncated>false</IsTruncated>${entry(`${place}b`)}${entry(`${place}a`)}`, /comes after/],
    ['names a key twice', `<IsTruncated>false</IsTruncated>${entry(`${place}a`)}${entry(`${place}a`)}`, /comes after/],
    ['leaves the prefix', `<IsTruncated>false</IsTruncated>${entry('elsewhere/a')}`, /not requested/],
    ['lacks sizes', `<IsTruncated>false</IsTruncated><Contents><Key>${place}a</Key></Contents>`, /no name, size/],
    [
      'never ends',
      `<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>`,
      /no token for the next page/,
    ],
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
