import { describe, expect, it } from 'vitest';
import { showPage } from '../host/runtime.ts';

showPage({ orgId: 1, timezone: 'utc', language: 'en-US' });

const { deletedBy, savedBy, whoAndWhen } = await import('../../../src/lib/resources/savedBy.ts');

describe('who saved something', () => {
  it('is a name, never an ID of Grafana', () => {
    expect(savedBy({ by: 'ada', updatedBy: 'user:f3kq' })).toBe('saved by ada');
    expect(savedBy({ updatedBy: 'ada' })).toBe('saved by ada');
    expect(savedBy({ by: null, updatedBy: 'user:f3kq' })).toBe('saved by an account that no longer exists');
    expect(savedBy({ updatedBy: 'user:f3kq' })).toBe('saved by an unknown account');
    expect(savedBy({ by: 'provisioning', updatedBy: 'provisioning:' })).toBe('saved by provisioning');
    expect(savedBy({ updatedBy: 'access-policy:1' })).toBe('saved by Grafana');
    expect(savedBy({ updatedBy: '' })).toBeUndefined();
  });

  it('differs from who deleted it', () => {
    expect(deletedBy({ by: 'ada', updatedBy: 'user:f3kq' })).toBe('deleted by ada');
    expect(deletedBy({ by: null, updatedBy: 'user:f3kq' })).toBe('deleted by an account that no longer exists');
    expect(deletedBy({ updatedBy: 'user:f3kq' })).toBeUndefined();
    expect(deletedBy({})).toBeUndefined();
    expect(deletedBy({ by: 'dashkeep', restored: { run: '1', by: 'ada' } })).toBe(
      'deleted by ada, who undid a restore',
    );
  });

  it('goes with the time, as far as either is known', () => {
    const entry = { change: 'removed', org: 1, kind: 'dashboard', uid: 'a', title: 'A', folder: '' } as const;
    const updated = '2026-11-30T12:00:00Z';
    expect(whoAndWhen({ ...entry, by: 'ada', updated })).toMatch(/^deleted by ada, Nov 30, 2026, 12:00/);
    expect(whoAndWhen({ ...entry, change: 'changed', by: 'ada', updated })).toMatch(/^saved by ada, Nov 30, 2026/);
    expect(whoAndWhen({ ...entry, updated })).toMatch(/^Nov 30, 2026, 12:00/);
    expect(whoAndWhen(entry)).toBe('');
  });
});
