import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/ports.ts';
import { all, keysOf } from '../../support/stores/read.ts';
import { always, body, first, open } from './harness.ts';
import { variants } from '../../support/budget.ts';

describe('S3Store on a bad network', () => {
  it('gives up on a server that never answers', async () => {
    const { store } = await open({ fault: always({ kind: 'hang' }) }, { timeoutMilliseconds: 100 });

    const calls = [store.put('a', body), store.get('a'), keysOf(store, '')];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'DK_STORE_TIMEOUT' } });
    }
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
    const before = server.requests.length;
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_UNREACHABLE' });
    // Three attempts, each of them first without the SDK.
    expect(server.requests.length - before).toBe(6);
  });

  it.each(
    variants(
      [
        ['a cut connection', { kind: 'cut' }],
        ['503 SlowDown', { kind: 'status', status: 503, code: 'SlowDown' }],
        ['500 InternalError', { kind: 'status', status: 500, code: 'InternalError' }],
        ['429', { kind: 'status', status: 429, code: 'TooManyRequests' }],
      ] as const,
      2,
    ),
  )('repeats a call after %s', async (_name, fault) => {
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

  it.each(['PutObject', 'GetObject', 'ListObjectsV2'] as const)(
    'asks for nothing more once it is closed during %s',
    async (operation) => {
      const { server, store } = await open();
      await store.put('a', body);
      await store.get('a');
      server.options.fault = always({ kind: 'hang' });
      const before = server.requests.length;
      const call = {
        PutObject: () => store.put('b', body),
        GetObject: () => store.get('a'),
        ListObjectsV2: () => keysOf(store, ''),
      }[operation]();
      const refused = expect(call).rejects.toMatchObject({ code: 'DK_INTERRUPTED' });
      await eventually('the request to arrive', () => Promise.resolve(server.requests.length > before || undefined));
      await store.close();
      await refused;
      await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_INTERRUPTED' });
      expect(server.requests.slice(before).map((one) => one.operation)).toEqual([operation]);
    },
  );

  it('ends immediately when it is aborted while waiting', async () => {
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

  it('says that a connection was cut, and not that nobody answered in time', async () => {
    const { server, store } = await open({ fault: always({ kind: 'cut' }) });
    const cut = {
      code: 'DK_STORE_UNREACHABLE',
      message: expect.stringMatching(/: the connection was closed without a response \((ECONNRESET|EPIPE)\)$/),
    };

    await expect(store.put('a', body)).rejects.toMatchObject(cut);
    await expect(store.get('a')).rejects.toMatchObject(cut);
    // Once without the SDK, then five attempts of the SDK.
    expect(server.requests.map(({ operation }) => operation)).toEqual([
      ...Array<string>(6).fill('PutObject'),
      ...Array<string>(6).fill('GetObject'),
    ]);
  });

  it('does not look for objects on a server that finds no list', async () => {
    const { store } = await open({ fault: always({ kind: 'status', status: 404, code: 'NoSuchKey' }) });
    const advice = { code: 'check-endpoint' };

    await expect(keysOf(store, '')).rejects.toMatchObject({ code: 'DK_STORE_UNREACHABLE', advice });
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
