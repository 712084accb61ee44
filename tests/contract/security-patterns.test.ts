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

  it('keep apart other kinds, further changes, and values that look alike joined', () => {
    const changes = [
      one('a', [gain('View')]),
      one('b', [gain('View')], 'folder-permissions'),
      one('c', [gain('View'), gain('View')]),
      one('d', [{ code: 'role', params: { before: 'a', after: 'b","after":"c' } }]),
      one('e', [{ code: 'role', params: { before: 'a","after":"b', after: 'c' } }]),
    ];
    expect(securityPatterns(changes).map(({ resources }) => resources.map(({ uid }) => uid))).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['d'],
      ['e'],
    ]);
  });

  it('do not depend on the order of the values', () => {
    const turned: SecurityChange = { code: 'role', params: { after: 'y', before: 'x' } };
    const same: SecurityChange = { code: 'role', params: { before: 'x', after: 'y' } };
    expect(securityPatterns([one('a', [turned]), one('b', [same])])).toHaveLength(1);
  });
});
