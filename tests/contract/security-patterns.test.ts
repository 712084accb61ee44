import { describe, expect, it } from 'vitest';
import type { KindName } from '../../pkg/contract/kinds.ts';
import type { SecurityChange } from '../../pkg/contract/plan.ts';
import { securityPatterns } from '../../pkg/contract/security-patterns.ts';

const gain = (after: string): SecurityChange => ({
  code: 'permission',
  params: { subject: 'role', name: 'Viewer', before: '', after },
});
const one = (uid: string, changes: SecurityChange[], kind: KindName = 'dashboard-permissions') => ({
  kind,
  uid,
  changes,
});

describe('patterns of security changes', () => {
  it('are one for the same change in hundreds, after the one that differs', () => {
    const many = Array.from({ length: 382 }, (_, index) => one(`d${index}`, [gain('View')]));
    const patterns = securityPatterns([...many.slice(0, 200), one('odd', [gain('Edit')]), ...many.slice(200)]);
    expect(patterns.map(({ resources }) => resources.length)).toEqual([1, 382]);
    expect(patterns[0]?.resources[0]?.uid).toBe('odd');
    expect(patterns[1]?.resources).toEqual(many);
  });

  it('name each change once, with all resources that have it', () => {
    const team: SecurityChange = { code: 'permission', params: { subject: 'team', name: 'sre', after: 'Edit' } };
    const resources = [
      one('a', [team, gain('View'), gain('Edit')]),
      one('b', [team]),
      one('c', [team, gain('View'), gain('Edit')]),
      one('d', [gain('Admin'), team]),
    ];
    expect(
      securityPatterns(resources).map(({ changes, resources: same }) => [changes, same.map(({ uid }) => uid)]),
    ).toEqual([
      [[gain('Admin')], ['d']],
      [
        [gain('View'), gain('Edit')],
        ['a', 'c'],
      ],
      [[team], ['a', 'b', 'c', 'd']],
    ]);
  });

  it('keep apart other kinds and values that look alike joined', () => {
    const changes = [
      one('a', [gain('View')]),
      one('b', [gain('View')], 'folder-permissions'),
      one('c', [gain('View'), gain('View')]),
      one('d', [{ code: 'role', params: { before: 'a', after: 'b","after":"c' } }]),
      one('e', [{ code: 'role', params: { before: 'a","after":"b', after: 'c' } }]),
    ];
    expect(securityPatterns(changes).map(({ resources }) => resources.map(({ uid }) => uid))).toEqual([
      ['b'],
      ['d'],
      ['e'],
      ['a', 'c'],
    ]);
  });

  it('do not depend on the order of the values', () => {
    const turned: SecurityChange = { code: 'role', params: { after: 'y', before: 'x' } };
    const same: SecurityChange = { code: 'role', params: { before: 'x', after: 'y' } };
    expect(securityPatterns([one('a', [turned]), one('b', [same])])).toHaveLength(1);
  });
});
