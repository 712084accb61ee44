import { describe, expect, it } from 'vitest';
import type { DiffEntry } from '../../pkg/contract/api/diff.ts';
import type { SnapshotRow } from '../../pkg/contract/api/snapshots.ts';
import { beforeDeletions } from '../../src/lib/gone.ts';
import { showPage } from './host/runtime.ts';

showPage({ timezone: 'Europe/Paris', regionalFormat: 'de-DE' });

describe('what is gone', async () => {
  const { outermost } = await import('../../src/lib/gone.ts');
  const removed = (kind: DiffEntry['kind'], uid: string, title: string, folder = ''): DiffEntry => ({
    ...{ change: 'removed', org: 1, kind, uid, title, folder },
  });

  it('is shown by its outermost folder, with the number of resources that were deleted with it', () => {
    const gone = outermost(
      [
        removed('folder', 'shop', 'Shop'),
        removed('folder', 'shop-a', 'A', 'Shop'),
        removed('folder-permissions', 'shop', 'Shop', 'Shop'),
        removed('dashboard', 'd', 'Dashboard', 'Shop / A'),
        { ...removed('annotation', 'x', 'Deployed'), of: 'd' },
        { ...removed('annotation', 'y', 'Elsewhere'), of: 'e' },
      ],
      's',
    );
    expect(gone.map(({ entry, together, selection }) => [entry.title, together, selection])).toEqual([
      ['Shop', { count: 4, permissions: 1 }, { type: 'folder', org: 1, uid: 'shop' }],
    ]);
  });

  it('has no number where the list is cut', () => {
    const inShop = [removed('folder', 'shop', 'Shop'), removed('dashboard', 'd', 'Dashboard', 'Shop')];
    expect(outermost(inShop, 's', true)).not.toMatchObject([{ together: {} }]);
  });

  it('brings a dashboard back with its permissions and annotations', () => {
    const gone = outermost(
      [
        removed('dashboard', 'd', 'Dashboard', 'Shop'),
        removed('dashboard-permissions', 'd', 'Dashboard', 'Shop'),
        { ...removed('annotation', 'x', 'Deployed'), of: 'd' },
      ],
      's',
    );
    expect(gone.map(({ selection }) => selection)).toEqual([
      {
        type: 'resources',
        resources: [
          { org: 1, kind: 'dashboard', uid: 'd' },
          { org: 1, kind: 'dashboard-permissions', uid: 'd' },
          { org: 1, kind: 'annotation', uid: 'x' },
        ],
      },
    ]);
  });

  it('distinguishes folders whose titles begin alike, and orgs', () => {
    const entries = [
      removed('folder', 'shop', 'Shop'),
      removed('dashboard', 'd', 'Dashboard', 'Shopping'),
      { ...removed('dashboard', 'e', 'Other org', 'Shop'), org: 2 },
    ];
    expect(outermost(entries, 's').map(({ entry }) => entry.title)).toEqual(['Shop', 'Dashboard', 'Other org']);
  });
});

describe('backups after which something was deleted', () => {
  const row = (hour: number, trigger: SnapshotRow['trigger'], removed = 0): SnapshotRow => ({
    id: `${trigger}-${hour}`,
    time: `2026-11-26T${String(hour).padStart(2, '0')}:00:00.000Z`,
    ...{ status: 'complete', trigger, resources: 1, bytes: 1, problems: 0, signed: true },
    changes: { added: 0, changed: 0, removed },
  });
  const since = Date.parse('2026-11-26T00:00:00.000Z');

  it('are compared with backups, never with what was taken before a restore', () => {
    const rows = [
      row(9, 'safety', 745),
      row(8, 'scheduled', 2),
      row(7, 'safety', 3),
      row(6, 'drill', 9),
      row(5, 'manual', 0),
    ];
    expect(beforeDeletions(rows, 'scheduled-8', since).map(({ id }) => id)).toEqual(['manual-5']);
  });

  it('include one that was compared with nothing, as by a new service that did not trust the earlier ones', () => {
    const compared = { ...row(8, 'scheduled'), resources: 6, changes: { added: 6, changed: 0, removed: 0 } };
    expect(beforeDeletions([compared, row(7, 'manual')], 'scheduled-8', since).map(({ id }) => id)).toEqual([
      'manual-7',
    ]);
    // A restore from that one would be refused.
    expect(beforeDeletions([compared, { ...row(7, 'manual'), foreign: true }], 'scheduled-8', since)).toEqual([]);
  });

  it('end with the newest backup that is asked about', () => {
    const rows = [row(9, 'scheduled', 1), row(8, 'scheduled', 1), row(7, 'manual')];
    expect(beforeDeletions(rows, 'scheduled-8', since).map(({ id }) => id)).toEqual(['manual-7']);
  });
});
