import { expect, it } from 'vitest';
import { deletionOf } from '../../../../pkg/engine/versions/deletions.ts';

it('takes what Grafana deleted in the second of a snapshot for later, because it gives whole seconds, but nothing before', () => {
  const gone = {
    kind: 'dashboard',
    uid: 'a',
    after: new Date('2026-05-01T10:00:01.311Z'),
    before: new Date('2026-05-01T11:00:00Z'),
  };
  const deletionAt = (updated: string) =>
    deletionOf(gone, { of: new Map([['dashboard/a', [{ updated, updatedBy: 'ada' }]]]), whole: true });
  expect(deletionAt('2026-05-01T10:00:01Z')).toBeDefined();
  expect(deletionAt('2026-05-01T10:00:00Z')).toBeUndefined();
  expect(deletionAt('2026-05-01T11:00:01Z')).toBeUndefined();
});
