import { expect, it } from 'vitest';
import { cutShort, cutShortOf, linesOf } from '../../../pkg/cli/restore/interrupted.ts';

const run = {
  ...{ id: 'r', kind: 'restore', status: 'interrupted', trigger: 'manual', started: '2026-05-01T10:00:00.000Z' },
  ...{ source: 's', snapshot: 'before', planned: 9, counts: { written: 2 }, problems: 0 },
  touched: [{ org: 1, kind: 'folder' as const, uid: 'f', did: 'created' as const }],
};
const undo = (id: string): string => `dashkeep restore --undo ${id} --apply`;

it('names the way to finish a restore: the same command, or the page of a restore by the app', () => {
  expect(cutShortOf(run, undo).finish).toBe('run the same command again (snapshot s)');
  expect(cutShortOf({ ...run, restore: 'plan' }, undo)).toMatchObject({
    finish: 'open it in the app, under History (snapshot s)',
    undo: undo('r'),
  });
  expect(cutShortOf({ ...run, restore: 'plan', undoes: 'u' }, undo).finish).toBe(undo('u'));
});

it('offers to undo a restore that only made its account an Admin of an organization', () => {
  const counts = { planned: 9, written: 0, unchecked: 0 };
  const offered = (orgs: { id: number }[]) =>
    cutShortOf({ ...run, counts, touched: [], entered: [{ id: 1, login: 'admin', orgs }] }, undo).undo;
  expect([offered([{ id: 2 }]), offered([])]).toEqual([undo('r'), undefined]);
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
    'The total was not known yet: 7 resources of organizations that it had to join were not compared.',
  );
  // A record of an earlier release does not say how many there were.
  expect(undo()).toBeDefined();
  expect(undo(undefined, {})).toBeUndefined();
});
