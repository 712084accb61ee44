import { Encrypter } from 'age-encryption';
import { beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { cheapPassphrases } from '../support/repository/cheap-passphrases.ts';
import { openRepository } from '../../pkg/repository/open.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { backup, keysOf, SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

/**
 * Someone with write access to the bucket puts identity files there that take a gigabyte of memory to try the
 * passphrase with, or very many of them.
 */
const PASSPHRASE = 'correct horse battery staple';
cheapPassphrases();

/** An identity under that passphrase with the work factor 2^20: what is tried with it costs a gigabyte. */
const BOMB = Buffer.from(
  'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBYY2VGaW9PcXByMzVhenlwQ3JEK0tRIDIwClBHYUZSTVRrUUNuOGpNVzN4' +
    'VXA2UmdRMWFnWDNzOVZDWitEZ1ljSW1CSjQKLS0tIGo0V3E4b0lDRmFCTjRGQnI5ckQ1eTBpY090bVJsdnhCdXZMaHBIcDNDcXMK' +
    'tRnJJ4yAJgBhmjEB44DawM0TRglhjZhYpJLqJMLHrDlfYUCKyzOQ2xhM5Ik/GeWc4vC+Ew4+/MDtb+TVD7gnb5EayWLKz63DRcb/' +
    'LsRKzZ/zw50hd3fm6EKv8AJRR/hV+PMrsNnXhN+iaq4=',
  'base64',
);

let clock: TestClock;
let store: MemoryStore;
let genuine: string;

function open(create = false): Promise<Repository> {
  const ports = { clock, randomness: new SeededRandomness(), log: silentLog };
  return openRepository({ ...ports, store, state: new MemoryState(), passphrases: [PASSPHRASE], create });
}

beforeEach(async () => {
  clock = new TestClock();
  store = new MemoryStore({ clock });
  await backup(await open(true), { clock, randomness: new SeededRandomness() }, { a: { v: 1 } });
  [genuine = ''] = await keysOf(store, 'keys/passphrase-');
  clock.advance(1000);
});

it('a file that asks for more work than Dashkeep’s own is not tried', async () => {
  await store.put('keys/passphrase-00000000.age', BOMB);
  expect((await (await open()).manifest('latest')).resources).toHaveLength(1);
  await store.deleteMany([genuine]);
  await expect(open()).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
});

it('of many files the oldest are tried, so that no later one keeps the passphrase from working', async () => {
  const encrypter = new Encrypter();
  encrypter.setPassphrase('another passphrase');
  encrypter.setScryptWorkFactor(1);
  const planted = Buffer.from(await encrypter.encrypt('AGE-SECRET-KEY-1'));
  for (let n = 0; n < 50; n++) {
    await store.put(`keys/passphrase-000000${n.toString(16).padStart(2, '0')}.age`, planted);
  }
  const read: string[] = [];
  const get = store.get.bind(store);
  store.get = (key, options) => {
    read.push(key);
    return get(key, options);
  };
  expect((await (await open()).manifest('latest')).resources).toHaveLength(1);
  const tried = read.filter((key) => key.startsWith('keys/passphrase-'));
  expect(tried).toContain(genuine);
  expect(tried.length).toBeLessThan(10);
});
