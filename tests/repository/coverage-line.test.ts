import { expect, it } from 'vitest';
import { coverageOf } from '../../pkg/repository/snapshots/coverage.ts';

const MAIN = { id: 1, name: 'Main Org.', home: true };

it('names organizations only where there are several', () => {
  const text = (others: { id: number; name: string }[]): string =>
    coverageOf({
      orgs: [MAIN],
      kinds: {},
      errors: [],
      scope: { orgs: 'all', serverAdmin: true, unselected: [], others },
    }).text;
  expect(text([])).toBe('0 of 0 kinds');
  expect(text([{ id: 2, name: 'Second' }])).toContain('1 of 2 organizations');
});
