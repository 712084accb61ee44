import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { checkStore } from '../../../pkg/storage/check/check.ts';
import { lockOf } from '../../../pkg/storage/lock.ts';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import { startImmutable } from '../../support/clouds/immutable.ts';
import { openWith } from '../../support/clouds/open.ts';
import { startProxy } from '../../support/clouds/proxy.ts';
import { startRetaining } from '../../support/clouds/retaining.ts';
import { CLOUDS_INSTALLED, startAzurite, startFakeGcs, type CloudServer } from '../../support/clouds/servers.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

const DAY = 86_400_000;
const BODY = Buffer.from('{"a":"body"}\n');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

const servers = new Map<unknown, CloudServer>();
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

type Start = (origin: string) => Promise<{ origin: string; close(): Promise<void> }>;

/** @param between - is between the store and its server */
async function open(start: () => Promise<CloudServer>, between: Start | undefined, lock: string): Promise<ObjectStore> {
  const server = await (servers.get(start) ?? start());
  servers.set(start, server);
  const middle = await between?.(server.origin);
  if (middle !== undefined) {
    closing.push(() => middle.close());
  }
  const environment = middle === undefined ? server.environment : server.through(middle.origin);
  const store = await openWith(`${server.target}/${realRandomness.hex(4)}`, {
    ...environment,
    DASHKEEP_S3_OBJECT_LOCK: lock,
  });
  closing.push(() => store.close());
  return store;
}

async function heldDays(store: ObjectStore, key: string): Promise<number> {
  const until = await lockOf(store)?.heldUntil(key);
  return until === undefined ? 0 : Math.round((until.getTime() - Date.now()) / DAY);
}

/** A bucket that ignores what it is asked for. */
const ignoring: Start = async (origin) => {
  const proxy = await startProxy(origin);
  proxy.fault = (_, url) =>
    url.includes('fields=retention') ? { kind: 'status', status: 200, body: '{}' } : undefined;
  return proxy;
};

describe.skipIf(!CLOUDS_INSTALLED)('object lock in other clouds', () => {
  describe.each([
    ['Azure', startAzurite, startImmutable, undefined],
    ['Google Cloud', startFakeGcs, startRetaining, ignoring],
  ] as const)('%s', (_, start, between, without) => {
    it('holds what lasts, and renews it, but never for less', async () => {
      const store = await open(start, between, 'GOVERNANCE:30');
      const lock = lockOf(store)!;
      expect(lock.lockDays).toBe(30);
      expect(await store.put('session', BODY, { transient: true })).toEqual({ written: true });
      expect(await store.put('a', BODY, { ifAbsent: true, contentType: 'application/json' })).toEqual({
        written: true,
      });
      expect(await store.get('a')).toEqual(BODY);
      expect([await heldDays(store, 'session'), await heldDays(store, 'a')]).toEqual([0, 30]);

      const longer = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 40 * DAY);
      await lock.hold('a', longer);
      await lock.hold('session', longer);
      expect(await lock.heldUntil('a')).toEqual(longer);
      expect(await heldDays(store, 'session')).toBe(40);
      const shorter = new Date(longer.getTime() - DAY);
      await expect(lock.hold('a', shorter)).rejects.toMatchObject({ code: 'DK_STORE_LOCKED' });
      expect(await lock.heldUntil('a')).toEqual(longer);
      await expect(lock.hold('absent', longer)).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });
      await expect(lock.heldUntil('absent')).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });
    });

    it('holds so that no one can shorten it', async () => {
      const store = await open(start, between, 'COMPLIANCE:2');
      await store.put('a', BODY);
      expect(await heldDays(store, 'a')).toBe(2);
    });

    it('is confirmed by the check', async () => {
      const store = await open(start, between, 'GOVERNANCE:1');
      const check = await checkStore(store, { clock: realClock, random: realRandomness });
      expect(check.steps.filter(({ status }) => status === 'failed')).toEqual([]);
      expect(store.capabilities.objectLock).toBe(true);
    });

    it.each([
      [
        'without the feature',
        { keepsVersions: false },
        { status: 'failed', code: 'DK_SETTINGS', hints: [reason('create-locked-bucket')] },
      ],
      [
        'without the permission to ask',
        { hidesSetup: true },
        { status: 'skipped', found: { code: 'permission-refused' } },
      ],
    ])('is looked for by the check: %s', async (_title, setup, expected) => {
      const changed: Start = async (origin) => Object.assign(await between(origin), setup);
      const store = await open(start, changed, 'COMPLIANCE:30');
      const { steps } = await checkStore(store, { clock: realClock, random: realRandomness });
      expect(steps.find(({ step }) => step === 'object-lock')).toMatchObject(expected);
    });

    it('is an error where the service ignores it, and found by the check', async () => {
      const store = await open(start, without, 'COMPLIANCE:30');
      await store.put('session', BODY, { transient: true });
      for (const key of ['a', 'b']) {
        await expect(store.put(key, BODY)).rejects.toMatchObject({
          code: 'DK_SETTINGS',
          message: expect.stringContaining(`stored ${key} without object lock`),
        });
      }
      const { ok, steps } = await checkStore(store, { clock: realClock, random: realRandomness });
      expect(ok).toBe(false);
      expect(steps.find(({ step }) => step === 'object-lock')).toMatchObject({ code: 'DK_SETTINGS' });
    });
  });

  it('says that a deleted blob is kept as a version', async () => {
    const store = await open(startAzurite, startImmutable, 'GOVERNANCE:1');
    await store.put('a', BODY);
    await store.put('b', BODY);
    expect(await store.deleteMany(['a', 'b'])).toEqual([
      { key: 'a', hidden: true },
      { key: 'b', hidden: true },
    ]);
  });
});
