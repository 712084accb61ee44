import { describe, expect, it } from 'vitest';
import { checkStore } from '../../../pkg/storage/check/check.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { body, open } from './harness.ts';

const LOCK = { mode: 'GOVERNANCE', days: 1 } as const;

describe.each([{ kind: 'AES256' }, { kind: 'aws:kms' }] as const)('encryption with $kind', (encryption) => {
  it('is an error of every put where the store ignores it', async () => {
    const { store } = await open({ ignores: ['encryption'] }, { encryption });
    for (const key of ['a', 'b']) {
      await expect(store.put(key, body)).rejects.toMatchObject({
        code: 'DK_SETTINGS',
        message: expect.stringContaining(`stored ${key} without the encryption ${encryption.kind}`),
        hint: expect.stringContaining('DASHKEEP_S3_ENCRYPTION'),
      });
    }
  });

  it('fails the check of a target that ignores it', async () => {
    const { store } = await open({ ignores: ['encryption'] }, { encryption });
    const { ok, steps } = await checkStore(store, { clock: realClock, random: realRandomness });
    expect(ok).toBe(false);
    expect(steps.find(({ step }) => step === 'write')).toMatchObject({ status: 'failed', code: 'DK_SETTINGS' });
  });

  it('is read back once, and again after an hour, when the store may have begun to ignore it', async () => {
    const ignores: 'encryption'[] = [];
    let now = Date.now();
    const clock = { ...realClock, now: () => new Date(now) };
    const { server, store } = await open({ ignores }, { encryption }, {}, clock);
    await store.put('a', body);
    await store.put('b', body);
    expect(server.counts.get('HeadObject')).toBe(1);
    ignores.push('encryption');
    now += 3_600_000;
    await expect(store.put('c', body)).rejects.toMatchObject({ code: 'DK_SETTINGS' });
    await expect(store.put('d', body)).rejects.toMatchObject({ code: 'DK_SETTINGS' });
  });
});

describe('object lock', () => {
  const buckets = [{ name: 'test', objectLock: true }];

  it('is an error of every put where the store ignores it', async () => {
    const { store } = await open({ ignores: ['lock'], buckets }, { lock: LOCK });
    await store.put('session', body, { transient: true });
    for (const key of ['a', 'b']) {
      await expect(store.put(key, body)).rejects.toMatchObject({
        code: 'DK_SETTINGS',
        message: expect.stringContaining(`stored ${key} without object lock`),
        hint: expect.stringContaining('DASHKEEP_S3_OBJECT_LOCK'),
      });
    }
  });

  it('asked of a bucket without it is refused with advice', async () => {
    const { store } = await open({}, { lock: LOCK });
    await store.put('session', body, { transient: true });
    await expect(store.put('a', body)).rejects.toMatchObject({
      code: 'DK_STORE_FAILED',
      message: expect.stringContaining('the bucket seems to have no object lock'),
      hint: expect.stringContaining('Create a bucket with object lock'),
    });
  });

  it('is read back once, and taken on trust where that is not allowed', async () => {
    const { server, store } = await open({ buckets }, { lock: LOCK });
    await store.put('a', body);
    await store.put('b', body);
    expect(server.counts.get('GetObjectRetention')).toBe(1);

    const silent = await open({ buckets, deny: (action) => action === 's3:GetObjectRetention' }, { lock: LOCK });
    expect(await silent.store.put('a', body)).toEqual({ written: true });
  });
});

it('reads nothing back where nothing was asked for', async () => {
  const { server, store } = await open();
  await store.put('a', body);
  expect([...server.counts.keys()]).toEqual(['PutObject']);
});
