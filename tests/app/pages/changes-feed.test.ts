import { describe, expect, it } from 'vitest';
import { showPage } from '../host/runtime.ts';

showPage({ orgId: 1, timezone: 'utc', language: 'en-US' });

const { changesByBackup } = await import('../../../src/pages/Changes/feed.ts');
const { withSnapshotTimes } = await import('../../../src/lib/format.ts');

type Item = Parameters<typeof changesByBackup>[0][number];

const change = (uid: string, run?: string): Item => ({
  resource: { kind: 'dashboard', uid },
  what: 'changed',
  time: '2026-11-30T12:00:00Z',
  lived: 0,
  snapshots: { first: '20261130T120000Z-0000000a', last: '20261130T120000Z-0000000a', count: 1 },
  title: uid,
  folder: '',
  ...(run !== undefined && { restored: { run, by: 'ada' } }),
});

const shown = (items: Item[]) =>
  changesByBackup(items)[0]?.rows.map((row) => [row.group, ...row.changes.map(({ title }) => title)]);

describe('the changes of a backup', () => {
  it('are one row for a restore of several resources, where its first one is', () => {
    const items = [change('a'), change('b', 'r1'), change('c'), change('d', 'r1'), change('e', 'r1')];
    expect(shown(items)).toEqual([
      [undefined, 'a'],
      ['r1', 'b', 'd', 'e'],
      [undefined, 'c'],
    ]);
  });

  it('stay single where a restore changed only one, and separate for each restore', () => {
    expect(shown([change('a', 'r1'), change('b', 'r2'), change('c', 'r2')])).toEqual([
      [undefined, 'a'],
      ['r2', 'b', 'c'],
    ]);
  });
});

it('deletions with a folder are one row, and another folder, or a single dashboard, another', () => {
  const deleted = (uid: string, folder?: string): Item => ({
    ...change(uid),
    what: 'deleted',
    ...(folder !== undefined && { deletedWith: { kind: 'folder' as const, uid: folder, title: folder, folder: '' } }),
  });
  expect(shown([deleted('f', 'f'), deleted('a', 'f'), deleted('g', 'g'), deleted('b'), deleted('c', 'f')])).toEqual([
    ['folder/f', 'f', 'a', 'c'],
    [undefined, 'g'],
    [undefined, 'b'],
  ]);
});

describe('the comment of a restore', () => {
  it('names the time of its snapshot, not the ID', () => {
    expect(withSnapshotTimes('Restored by Dashkeep from snapshot 20261130T120000Z-0000000a')).toMatch(
      /^Restored by Dashkeep from snapshot Nov 30, 2026, 12:00/,
    );
    expect(withSnapshotTimes('Version 20261130, as agreed')).toBe('Version 20261130, as agreed');
  });
});
