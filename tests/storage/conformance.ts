import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DashkeepError } from '../../pkg/contract/errors.ts';
import type { DeleteResult, ObjectStore } from '../../pkg/storage/store.ts';
import { all, inParallel, keysOf } from '../support/stores/read.ts';
import type { Subject, SubjectTraits } from './subjects.ts';

/** What every ObjectStore must do. Each test has its own folder, so that one subject serves them all. */
export function conformance(name: string, open: () => Promise<Subject>, traits: SubjectTraits): void {
  const deleted = (key: string): DeleteResult =>
    traits.versions === true || traits.objectLock === true ? { key, hidden: true } : { key };

  describe(`${name} keeps the contract of a store`, () => {
    let subject: Subject;
    let store: ObjectStore;

    beforeAll(async () => {
      subject = await open();
      store = subject.store;
    });
    afterAll(async () => {
      await subject?.dispose();
      await store?.close();
    });

    it('gives back the bytes that were put', async () => {
      const bytes = Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256));

      expect(await store.put('bytes/a.bin', bytes)).toEqual({ written: true });

      expect(await store.get('bytes/a.bin')).toEqual(bytes);
    });

    it('holds an empty object', async () => {
      await store.put('empty/nothing.json', Buffer.alloc(0));

      expect(await store.get('empty/nothing.json')).toEqual(Buffer.alloc(0));
      expect((await store.head('empty/nothing.json'))?.size).toBe(0);
      expect((await all(store.list('empty/'))).map((info) => info.size)).toEqual([0]);
    });

    it('lists the folders directly below a prefix, but neither files nor deeper folders', async () => {
      for (const key of ['folders/b/x/1', 'folders/b/y', 'folders/a-/1', 'folders/a/1', 'folders/file']) {
        await store.put(key, Buffer.from(key));
      }

      expect(await store.folders('folders/')).toEqual(['a', 'a-', 'b']);
      expect(await store.folders('folders/b/')).toEqual(['x']);
      expect(await store.folders('folders/none/')).toEqual([]);
      expect(await store.folders('')).toContain('folders');
    });

    it('holds an object of several megabytes', async () => {
      const bytes = Buffer.alloc(7 * 1024 * 1024, 'dashboards ');

      await store.put('large/seven.bin', bytes);

      expect((await store.get('large/seven.bin')).equals(bytes)).toBe(true);
    });

    it('replaces what was there before, for get, head and list concurrently', async () => {
      await store.put('replace/a.json', Buffer.from('first'));
      await store.put('replace/a.json', Buffer.from('the second'));

      expect((await store.get('replace/a.json')).toString()).toBe('the second');
      expect((await store.head('replace/a.json'))?.size).toBe(10);
      expect((await all(store.list('replace/'))).map(({ key, size }) => ({ key, size }))).toEqual([
        { key: 'replace/a.json', size: 10 },
      ]);
    });

    it('keeps every character that a key may hold', async () => {
      const keys = [
        'chars/A-Z_a.z=0%2F+@-.json.gz.age',
        'chars/%41',
        'chars/A',
        'chars/a+b',
        'chars/a%20b',
        'chars/x..y',
      ];
      for (const key of keys) {
        await store.put(key, Buffer.from(key));
      }

      for (const key of keys) {
        expect((await store.get(key)).toString()).toBe(key);
      }
      expect((await all(store.list('chars/'))).map((info) => info.key)).toEqual([...keys].sort());
      expect(await store.deleteMany(keys)).toEqual(keys.map(deleted));
      expect(await all(store.list('chars/'))).toEqual([]);
    });

    it.each([
      '',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      'a/../b',
      'a/./b',
      '../a',
      'a\\b',
      'a b',
      'é',
      'a\0b',
      '.tmp/x',
      'a\n',
    ])('refuses the key %j everywhere', async (key) => {
      const refusal = { code: 'DK_STORE_KEY' };

      await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject(refusal);
      await expect(store.get(key)).rejects.toMatchObject(refusal);
      await expect(store.head(key)).rejects.toMatchObject(refusal);
      await expect(store.deleteMany(['fine', key])).rejects.toMatchObject(refusal);
    });

    it.each(['/', '../', 'a//', 'a/../', './'])('refuses to list the prefix %j', async (prefix) => {
      await expect(all(store.list(prefix))).rejects.toMatchObject({ code: 'DK_STORE_KEY' });
    });

    it('says that an absent key is absent', async () => {
      await expect(store.get('absent/no.json')).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });
      expect(await store.head('absent/no.json')).toBeUndefined();
      expect(await all(store.list('absent/'))).toEqual([]);
      expect((await store.deleteMany(['absent/no.json'])).map(({ problem }) => problem)).toEqual([undefined]);
      expect(await store.deleteMany([])).toEqual([]);
    });

    it('does not take a folder for an object', async () => {
      await store.put('folder/inner/a.json', Buffer.from('x'));

      await expect(store.get('folder/inner')).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });
      expect(await store.head('folder/inner')).toBeUndefined();
      expect((await store.deleteMany(['folder/inner'])).map(({ problem }) => problem)).toEqual([undefined]);
      expect((await store.get('folder/inner/a.json')).toString()).toBe('x');
    });

    it('lists below a prefix in byte order, also a prefix that ends within a name', async () => {
      const keys = [
        'order/a',
        'order/a-b',
        'order/a.json',
        'order/a0',
        'order/aa/b',
        'order/ab/a',
        'order/Z',
        'orders/a',
      ];
      for (const key of ['order/b/c/d', ...keys].reverse()) {
        await store.put(key, Buffer.from('x'));
      }

      expect(await keysOf(store, 'order/')).toEqual(
        ['order/b/c/d', ...keys.filter((key) => key.startsWith('order/'))].sort(),
      );
      expect(await keysOf(store, 'order')).toEqual(['order/b/c/d', ...keys].sort());
      expect(await keysOf(store, 'order/a.')).toEqual(['order/a.json']);
      expect(await keysOf(store, 'order/b/c')).toEqual(['order/b/c/d']);
      expect(await keysOf(store, 'order/a/')).toEqual([]);
    });

    it('starts a list after a key, present or not', async () => {
      for (const key of ['after/a', 'after/b/x', 'after/b/y', 'after/c']) {
        await store.put(key, Buffer.from('x'));
      }

      expect(await keysOf(store, 'after/', 'after/a')).toEqual(['after/b/x', 'after/b/y', 'after/c']);
      expect(await keysOf(store, 'after/', 'after/b/x')).toEqual(['after/b/y', 'after/c']);
      expect(await keysOf(store, 'after/', 'after/b0')).toEqual(['after/c']);
      expect(await keysOf(store, 'after/', 'after/zzz')).toEqual([]);
      expect(await keysOf(store, 'after/', 'afte')).toEqual(['after/a', 'after/b/x', 'after/b/y', 'after/c']);
    });

    it('lists a long prefix to its end, each key once, and deletes all of it', async () => {
      const keys = Array.from({ length: traits.longList ?? 1_050 }, (_, at) => {
        const name = String(at).padStart(5, '0');
        return `long/${name.slice(-2)}/${name}.json`;
      });
      await inParallel(keys, 16, (key) => store.put(key, Buffer.from(key)).then(() => undefined));

      const infos = await all(store.list('long/'));

      expect(infos.map((info) => info.key)).toEqual([...keys].sort());
      expect(infos.every((info) => info.size === info.key.length)).toBe(true);
      const results = await store.deleteMany(keys);
      expect(results).toEqual(keys.map(deleted));
      expect(await all(store.list('long/'))).toEqual([]);
    });

    it('dates objects by the clock that it tells', async () => {
      const before = (await store.clock()).getTime();
      await store.put('time/a.json', Buffer.from('x'));
      const after = (await store.clock()).getTime();

      const head = await store.head('time/a.json');
      const [listed] = await all(store.list('time/'));

      for (const time of [head?.lastModified.getTime(), listed?.lastModified.getTime()]) {
        expect(time).toBeGreaterThanOrEqual(before - 1_500);
        expect(time).toBeLessThanOrEqual(after + 1_500);
      }
    });

    it('stops reading an object that is larger than expected', async () => {
      await store.put('limit/a.bin', Buffer.alloc(300_000, 1));

      await expect(store.get('limit/a.bin', { maxBytes: 299_999 })).rejects.toMatchObject({
        code: 'DK_STORE_TOO_LARGE',
      });
      expect((await store.get('limit/a.bin', { maxBytes: 300_000 })).length).toBe(300_000);
    });

    it('never shows a mixture of two bodies to a reader', async () => {
      const bodies = ['a', 'b'].map((letter) => Buffer.alloc(200_000, letter));
      await store.put('atomic/a.bin', bodies[0]!);
      const seen: Buffer[] = [];
      const read = async (): Promise<void> => {
        try {
          seen.push(await store.get('atomic/a.bin'));
        } catch (error) {
          if (!traits.absentWhileOverwritten || (error as DashkeepError).code !== 'DK_STORE_NOT_FOUND') {
            throw error;
          }
        }
      };

      await Promise.all([
        ...Array.from({ length: 12 }, (_, at) => store.put('atomic/a.bin', bodies[at % 2]!)),
        ...Array.from({ length: 24 }, read),
      ]);
      await read();

      expect(seen.length).toBeGreaterThan(0);
      expect(seen.every((body) => bodies.some((whole) => whole.equals(body)))).toBe(true);
    });

    it(`finds conditional puts ${traits.conditionalPut}`, async () => {
      expect(await store.put('cond/a.json', Buffer.from('first'), { ifAbsent: true })).toEqual({ written: true });

      const second = await store.put('cond/a.json', Buffer.from('second'), { ifAbsent: true });

      const enforced = traits.conditionalPut === 'enforced' || traits.conditionalPut === 'racy';
      expect(second).toEqual({ written: !enforced });
      expect((await store.get('cond/a.json')).toString()).toBe(enforced ? 'first' : 'second');
    });

    if (traits.conditionalPut === 'enforced') {
      it('lets one of many conditional puts win, and it is the one that said so', async () => {
        const results = await Promise.all(
          Array.from({ length: 16 }, async (_, at) => ({
            at,
            ...(await store.put('cond/race.json', Buffer.from(`writer ${at}`), { ifAbsent: true })),
          })),
        );

        const winners = results.filter((result) => result.written);
        expect(winners).toHaveLength(1);
        expect((await store.get('cond/race.json')).toString()).toBe(`writer ${winners[0]?.at}`);
      });

      it('takes a conditional put again after the key was deleted', async () => {
        await store.put('cond/again.json', Buffer.from('first'), { ifAbsent: true });
        await store.deleteMany(['cond/again.json']);

        expect(await store.put('cond/again.json', Buffer.from('second'), { ifAbsent: true })).toEqual({
          written: true,
        });
        expect((await store.get('cond/again.json')).toString()).toBe('second');
      });
    }

    it('rejects with the reason of a signal that was aborted', async () => {
      await store.put('signal/a.json', Buffer.from('x'));
      const reason = new Error('the run was cancelled');
      const signal = AbortSignal.abort(reason);

      await expect(store.get('signal/a.json', { signal })).rejects.toBe(reason);
      await expect(store.put('signal/b.json', Buffer.from('x'), { signal })).rejects.toBe(reason);
      await expect(store.head('signal/a.json', { signal })).rejects.toBe(reason);
      await expect(all(store.list('signal/', { signal }))).rejects.toBe(reason);
      await expect(store.deleteMany(['signal/a.json'], { signal })).rejects.toBe(reason);
      await expect(store.clock({ signal })).rejects.toBe(reason);
      expect(await keysOf(store, 'signal/')).toEqual(['signal/a.json']);
    });

    it('describes itself without a secret', () => {
      expect(store.description).toMatch(/^(memory|s3:\/\/|azblob:\/\/|gs:\/\/|file:\/\/\/)/);
      expect(store.description).not.toMatch(/secret/i);
    });
  });
}
