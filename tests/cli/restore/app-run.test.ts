import { expect, it } from 'vitest';
import { cutShortOf } from '../../../pkg/cli/restore/interrupted.ts';

const run = {
  ...{ id: 'r', kind: 'restore', status: 'interrupted', trigger: 'manual', started: '2026-05-01T10:00:00.000Z' },
  ...{ source: 's', snapshot: 'before', planned: 9, counts: { written: 2 }, problems: 0 },
  touched: [{ org: 1, kind: 'folder' as const, uid: 'f', did: 'created' as const }],
};
const undo = (id: string): string => `dashkeep restore --undo ${id} --apply`;
const commands = { undo, finish: String };

it('names the way to finish a restore: the same command, or the page of a restore by the app', () => {
  expect(cutShortOf(run, commands).finish).toBe('run the same command again (snapshot s)');
  expect(cutShortOf({ ...run, restore: 'plan' }, commands)).toMatchObject({
    finish: 'open it in the app, under History (snapshot s)',
    undo: undo('r'),
  });
  expect(cutShortOf({ ...run, restore: 'plan', undoes: 'u' }, commands).finish).toBe(undo('u'));
});

it('offers to undo a restore that only made its account an Admin of an organization', () => {
  const counts = { planned: 9, written: 0, unchecked: 0 };
  const offered = (orgs: { id: number }[]) =>
    cutShortOf({ ...run, counts, touched: [], entered: [{ id: 1, login: 'admin', orgs }] }, commands).undo;
  expect([offered([{ id: 2 }]), offered([])]).toEqual([undo('r'), undefined]);
});
