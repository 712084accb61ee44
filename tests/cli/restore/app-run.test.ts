import { expect, it } from 'vitest';
import { cutShortOf } from '../../../pkg/cli/restore/interrupted.ts';
import type { RunLine } from '../../../pkg/contract/runs.ts';

const run: RunLine = {
  ...{ id: 'r', kind: 'restore', status: 'interrupted', trigger: 'manual', started: '2026-05-01T10:00:00.000Z' },
  ...{ source: 's', snapshot: 'before', planned: 9, counts: { written: 2 }, problems: 0 },
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
