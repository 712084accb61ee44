import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OutboundPolicy } from '../../../pkg/storage/outbound/policy.ts';
import { startProxy, type Fault, type Proxy } from '../../support/clouds/proxy.ts';
import { CLOUDS, CLOUDS_INSTALLED, type CloudServer } from '../../support/clouds/servers.ts';
import { openWith } from '../../support/clouds/open.ts';
import { all, keysOf } from '../../support/stores/read.ts';

const body = Buffer.from('{"dashboard":{}}');
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

describe.skipIf(!CLOUDS_INSTALLED).each(CLOUDS)('the store on %s, on a bad network,', (_, start) => {
  let server: CloudServer;
  let folders = 0;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.close());

  async function open(environment: Record<string, string> = {}, options = {}, target = server.target) {
    const proxy = await startProxy(server.origin);
    closing.push(() => proxy.close());
    folders += 1;
    const store = await openWith(
      `${target}/folder-${folders}`,
      { ...server.through(proxy.origin), ...environment },
      options,
    );
    closing.push(() => store.close());
    return { proxy, store };
  }
  /** Of stores that give up soon; both clouds have a setting for it. */
  const soon = (seconds: string) => ({
    DASHKEEP_AZURE_TIMEOUT_SECONDS: seconds,
    DASHKEEP_GCS_TIMEOUT_SECONDS: seconds,
  });
  const always = (fault: Fault) => () => fault;
  /** For the first requests with one of these methods. */
  const first = (count: number, methods: readonly string[], fault: Fault): Proxy['fault'] => {
    let seen = 0;
    return (method) => (methods.includes(method) && (seen += 1) <= count ? fault : undefined);
  };
  const WRITES = ['PUT', 'POST'];

  it('gives up on a server that never answers', async () => {
    const { proxy, store } = await open(soon('0.1'));
    proxy.fault = always({ kind: 'hang' });

    const late = { code: 'DK_STORE_TIMEOUT' };
    await expect(store.put('a', body)).rejects.toMatchObject(late);
    await expect(store.get('a')).rejects.toMatchObject(late);
    await expect(keysOf(store, '')).rejects.toMatchObject(late);
  });

  it('gives up on a body that stops coming, and takes what a second attempt brings', async () => {
    const { proxy, store } = await open(soon('0.3'));
    await store.put('a', body);

    proxy.fault = first(1, ['GET'], { kind: 'stall', bytes: 5 });
    expect(await store.get('a')).toEqual(body);

    proxy.fault = always({ kind: 'stall', bytes: 5 });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_TIMEOUT' });
  });

  it('never takes half a body for the whole', async () => {
    const { proxy, store } = await open();
    await store.put('a', Buffer.alloc(100_000, 'x'));

    proxy.fault = first(2, ['GET'], { kind: 'truncate', bytes: 60_000 });
    expect((await store.get('a')).length).toBe(100_000);

    proxy.fault = always({ kind: 'truncate', bytes: 60_000 });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'DK_STORE_UNREACHABLE' });
  });

  it.each([
    ['a cut connection', { kind: 'cut' }],
    ['503', { kind: 'status', status: 503 }],
    ['500', { kind: 'status', status: 500 }],
    ['429', { kind: 'status', status: 429 }],
  ] as const)('repeats a call after %s', async (_name, fault) => {
    const { proxy, store } = await open();
    proxy.fault = first(2, WRITES, fault);

    expect(await store.put('a', body)).toEqual({ written: true });
    expect(WRITES.reduce((sum, method) => sum + (proxy.counts.get(method) ?? 0), 0)).toBe(3);
  });

  it('knows its own write again when the answer was lost', async () => {
    const { proxy, store } = await open();
    proxy.fault = first(1, WRITES, { kind: 'cut', effect: true });

    expect(await store.put('a', body, { ifAbsent: true })).toEqual({ written: true });
    expect(await store.get('a')).toEqual(body);
  });

  it('does not take somebody else’s write for its own', async () => {
    const { proxy, store } = await open();
    await store.put('a', Buffer.from('theirs'));
    proxy.fault = first(1, WRITES, { kind: 'cut' });

    expect(await store.put('a', body, { ifAbsent: true })).toEqual({ written: false });
    expect((await store.get('a')).toString()).toBe('theirs');
  });

  it('ends immediately when it is aborted while waiting', async () => {
    const { proxy, store } = await open();
    proxy.fault = always({ kind: 'hang' });
    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    const { signal } = controller;
    const calls = [
      store.put('a', body, { signal }),
      store.get('a', { signal }),
      store.head('a', { signal }),
      store.deleteMany(['a', 'b'], { signal }),
      all(store.list('', { signal })),
    ];
    setTimeout(() => controller.abort(reason), 50);

    for (const call of await Promise.allSettled(calls)) {
      expect(call).toEqual({ status: 'rejected', reason });
    }
  });

  it('ends a body that is coming in when it is aborted', async () => {
    const { proxy, store } = await open();
    await store.put('a', body);
    proxy.fault = always({ kind: 'stall', bytes: 3 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled')), 300);

    await expect(store.get('a', { signal: controller.signal })).rejects.toThrow('cancelled');
  });

  it('says that a connection was cut, and that nobody listens', async () => {
    const { proxy, store } = await open();
    proxy.fault = always({ kind: 'cut' });
    await expect(store.put('a', body)).rejects.toMatchObject({ code: 'DK_STORE_UNREACHABLE' });

    await proxy.close();
    closing.splice(0, 1);
    await expect(store.head('a')).rejects.toMatchObject({
      code: 'DK_STORE_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['a login page', 200, '<html><head><title>Sign in</title></head><body></body></html>'],
    ['nothing', 200, ''],
    ['JSON', 200, '{"ok":true}'],
    ['a web server that has no such page', 404, '404 page not found\n'],
  ])('never takes %s for an empty list, an absent object, a write or a deletion', async (_name, status, text) => {
    const { proxy, store } = await open();
    const headers = { 'content-type': text.startsWith('{') ? 'application/json' : 'text/html' };
    proxy.fault = always({ kind: 'status', status, body: text, headers });
    const foreign = { code: expect.stringMatching(/^DK_STORE_(FAILED|UNREACHABLE)$/) };

    await expect(keysOf(store, '')).rejects.toMatchObject(foreign);
    await expect(store.put('a', body)).rejects.toMatchObject(foreign);
    await expect(store.get('a')).rejects.toMatchObject(foreign);
    await expect(store.head('a')).rejects.toMatchObject(foreign);
    for (const keys of [['a'], ['a', 'b']]) {
      const deleted = await store.deleteMany(keys).catch((error: unknown) => [{ problem: error }]);
      expect(deleted.every((result) => result.problem !== undefined)).toBe(true);
    }
  });

  it('distinguishes a missing container from an absent object', async () => {
    const { store } = await open({}, {}, server.target.replace('test', 'missing'));
    const missing = { code: 'DK_STORE_NO_BUCKET' };

    await expect(store.get('a')).rejects.toMatchObject(missing);
    await expect(store.head('a')).rejects.toMatchObject(missing);
    await expect(store.put('a', body)).rejects.toMatchObject(missing);
    await expect(keysOf(store, '')).rejects.toMatchObject(missing);
    await expect(store.deleteMany(['a'])).rejects.toMatchObject(missing);
  });

  it('connects only where the policy allows, except to an address of the deployment', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'DK_NOT_ALLOWED' });
    const outbound = new OutboundPolicy(undefined, () => Promise.reject(refused));
    const named = Object.entries(server.environment).filter(([name]) => !name.endsWith('_ENDPOINT'));
    const store = await openWith(server.target, Object.fromEntries(named), { outbound });
    const own = await openWith(server.target, server.environment, { outbound });
    closing.push(
      () => store.close(),
      () => own.close(),
    );

    await expect(store.head('a')).rejects.toMatchObject({ cause: { message: expect.stringContaining('refused') } });
    expect(await own.head('a')).toBeUndefined();
  });

  it('shows neither key nor token nor body, however deep one looks', async () => {
    const { proxy, store } = await open();
    const failures: unknown[] = [];
    for (const fault of [{ kind: 'cut' }, { kind: 'status', status: 403 }] as const) {
      proxy.fault = always(fault);
      failures.push(await store.put('a', body).catch((error: unknown) => error));
    }

    for (const failure of failures) {
      expect(failure).toMatchObject({ name: 'DashkeepError' });
      const secrets = /a key of|YSBrZXkgb2Y|a-token|SharedKey|Bearer|"dashboard"/;
      expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toMatch(secrets);
    }
  });
});
