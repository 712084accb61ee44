import { expect, it } from 'vitest';
import { RecentKeys } from '../../pkg/lib/recent-keys.ts';

it('forgets what was neither added nor found for longest', () => {
  const recent = new RecentKeys(3);
  ['a', 'b', 'c'].forEach((id) => recent.add(id));
  expect(recent.has('a')).toBe(true);
  recent.add('d');
  expect(['a', 'b', 'c', 'd'].filter((id) => recent.has(id))).toEqual(['a', 'c', 'd']);
  recent.delete('c');
  recent.add('e');
  expect(['a', 'c', 'd', 'e'].filter((id) => recent.has(id))).toEqual(['a', 'd', 'e']);
});
