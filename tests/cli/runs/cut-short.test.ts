import { expect, it } from 'vitest';
import { cutShort, linesOf } from '../../../pkg/cli/restore/interrupted.ts';

it('gives no number of possible writes without a safety snapshot: such a restore goes on when its record cannot be kept', () => {
  const facts = { counts: { written: 0, unchecked: 4 }, planned: 12 };
  const [first] = linesOf(cutShort('run', facts, 'finish', String));
  expect(first).toContain('0 of 12 resources and permissions written and checked, others may have been written.');
  const [other] = linesOf(cutShort('run', { ...facts, snapshot: 'before' }, 'finish', String));
  expect(other).toContain('checked, 4 more may have been written.');
});

it('offers no undo of a restore that ended before it wrote anything', () => {
  const snapshot = '20261128T134302Z-393b506a';
  const touched = [{ org: 1, kind: 'folder', uid: 'a', did: 'created' }] as const;
  const undo = (
    counts?: Record<string, number>,
    more: { touched?: [(typeof touched)[0]] } = { touched: [...touched] },
  ) =>
    cutShort(
      '20261128T134939Z-3cbbca67',
      { ...(counts && { counts }), ...more, planned: 9, snapshot },
      'finish',
      String,
    ).undo;
  expect(undo({ written: 0, unchecked: 0 })).toBeUndefined();
  expect(undo({ written: 0, unchecked: 1 })).toBeDefined();
  const partly = { written: 1, unchecked: 0, unplanned: 7 };
  expect(linesOf(cutShort('r', { counts: partly, planned: 9, snapshot }, 'finish', String))).toContain(
    'The total was not known yet: 7 resources of organizations that the restore had to join were not compared.',
  );
  // A record of an earlier release does not say how many there were.
  expect(undo()).toBeDefined();
  expect(undo(undefined, {})).toBeUndefined();
});
