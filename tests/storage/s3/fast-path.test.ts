import { afterEach, describe, expect, it } from 'vitest';
import type { BucketSettings } from '../../support/s3/settings-of.ts';
import { openTestStore } from '../../support/s3/open-store.ts';
import { startS3Server } from '../../support/s3/server.ts';
import type { S3Fault, S3Request } from '../../support/s3/server.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

const body = Buffer.from('{"dashboard":{}}');

/** Whether a request came from the SDK rather than from us. */
function bySdk({ headers }: S3Request): boolean {
  return headers['amz-sdk-invocation-id'] !== undefined;
}

async function open(fault?: (request: S3Request) => S3Fault | undefined, s3: BucketSettings = {}, target?: string) {
  const seen: S3Request[] = [];
  const server = await startS3Server({
    buckets: [{ name: 'test', objectLock: true }],
    fault: (request) => {
      seen.push(request);
      return fault?.(request);
    },
  });
  const store = await openTestStore(server, { s3, target });
  closing.push(
    () => server.close(),
    () => store.close(),
  );
  return { server, store, seen };
}

describe('S3Store’s short way', () => {
  it('is taken by every plain put and get, with keys and prefixes of any sort', async () => {
    const { store, seen } = await open(undefined, {}, 's3://test/a+b/c=d%e');
    const keys = ['objects/aa/one.json.gz', 'grafana-backups/dashboard-%C3%A9@x+y=z.json'];

    for (const key of keys) {
      expect(await store.put(key, Buffer.from(key), { ifAbsent: true })).toEqual({ written: true });
      expect(await store.put(key, body, { ifAbsent: true })).toEqual({ written: false });
      expect((await store.get(key)).toString()).toBe(key);
    }
    await expect(store.get('absent')).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });

    expect(seen.filter(bySdk)).toEqual([]);
    expect(seen).toHaveLength(7);
  });

  it('is taken by lists', async () => {
    const { store, seen } = await open(undefined, {}, 's3://test/a+b/c=d%e');
    const keys = ['objects/1@x+y=z', 'objects/2%C3%A9'];
    for (const key of keys) {
      await store.put(key, body);
    }
    const found: object[] = [];
    for await (const info of store.list('objects/', { startAfter: 'objects/0' })) {
      found.push(info);
    }

    const rest = { size: body.length, lastModified: expect.any(Date) };
    expect(found).toEqual(keys.map((key) => ({ key, ...rest })));
    expect(seen.filter(bySdk)).toEqual([]);
  });

  it('is left to the SDK where the store wants what only the SDK does', async () => {
    const refusal = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    const { store, seen } = await open((request) => (bySdk(request) ? undefined : refusal));

    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      expect(await store.put(key, body)).toEqual({ written: true });
    }

    expect(seen.map(bySdk)).toEqual([false, true, false, true, false, true, true, true]);
  });

  it('is not taken by what is locked or has checksums', async () => {
    const locked = await open(undefined, { lock: { mode: 'GOVERNANCE', days: 1 } });
    await locked.store.put('objects/a', body);
    await locked.store.put('sessions/a', body, { transient: true });
    const checked = await open(undefined, { checksums: 'supported' });
    await checked.store.put('objects/a', body);

    const puts = locked.seen.filter(({ operation }) => operation === 'PutObject');
    expect(puts.map(bySdk)).toEqual([true, false]);
    expect(checked.seen.map(bySdk)).toEqual([true]);
  });

  it('is taken again when the clock was corrected', async () => {
    const { store, seen, server } = await open();
    Object.assign(server.options, { clockSkewMilliseconds: 5 * 3_600_000 });

    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await store.put(key, body);
    }

    expect(bySdk(seen.at(-1) as S3Request)).toBe(false);
    expect(seen).toHaveLength(8);
  });

  it('compares before it takes a write for its own whose answer was lost', async () => {
    let lost = 0;
    const { store, server } = await open((request) =>
      request.operation === 'PutObject' && lost++ === 0 ? { kind: 'cut', effect: true } : undefined,
    );

    expect(await store.put('ours', body, { ifAbsent: true })).toEqual({ written: true });
    expect(server.counts.get('PutObject')).toBe(2);
  });
});
