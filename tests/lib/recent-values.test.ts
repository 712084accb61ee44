import { expect, it } from 'vitest';
import { RecentValues } from '../../pkg/lib/recent-values.ts';

it('forgets what was neither set nor asked for longest', () => {
  const recent = new RecentValues<string>(3);
  const left = (...keys: string[]): string[] => keys.filter((key) => recent.get(key) !== undefined);
  ['a', 'b', 'c'].forEach((key) => recent.set(key, key));
  expect(recent.get('a')).toBe('a');
  recent.set('d', 'd');
  expect(left('a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
  recent.delete('c');
  recent.set('e', 'e');
  expect(left('a', 'c', 'd', 'e')).toEqual(['a', 'd', 'e']);
  recent.clear();
  expect(left('a', 'd', 'e')).toEqual([]);
});

it('makes a value once, and again after it failed', async () => {
  const recent = new RecentValues<Promise<number>>(3);
  let made = 0;
  const make = async (): Promise<number> => {
    if (++made === 1) {
      throw new Error('refused');
    }
    return made;
  };
  const asked = [recent.use('a', make), recent.use('a', make)];
  await expect(Promise.all(asked)).rejects.toThrow('refused');
  expect([made, await recent.use('a', make), await recent.use('a', make)]).toEqual([1, 2, 2]);
});
