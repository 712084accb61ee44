import { expect, it } from 'vitest';
import { compact } from '../../pkg/contract/compact.ts';

it('leaves out what is undefined, and nothing else', () => {
  const given = { none: undefined, zero: 0, empty: '', no: false, nothing: null };
  expect(Object.entries(compact(given))).toEqual([
    ['zero', 0],
    ['empty', ''],
    ['no', false],
    ['nothing', null],
  ]);
  expect('none' in given).toBe(true);
});
