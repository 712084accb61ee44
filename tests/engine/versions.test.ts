import { describe, expect, it } from 'vitest';
import type { ResourceVersion } from '../../pkg/contract/api/versions.ts';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { nearMatches } from '../../pkg/engine/versions/near-matches.ts';
import { describeVersions, versionsOf } from '../../pkg/engine/versions/resource-versions.ts';
import type { VersionState } from '../../pkg/repository/index/versions/files.ts';
import type { VersionChange } from '../../pkg/repository/index/versions/timeline.ts';

const state = (object: string, more: Partial<VersionState> = {}): VersionState => ({
  object,
  bytes: 10,
  title: 'Board',
  folder: 'A',
  ...more,
});

const held = { first: 's2', last: 's2', count: 1 };
const changed = (before: VersionState, after: VersionState): VersionChange => ({
  what: 'changed',
  snapshots: held,
  state: after,
  before,
  after: 's1',
});

function described(
  change: VersionChange,
  read: (object: string) => Promise<string> = (object) => Promise.resolve(JSON.stringify(bodies[object])),
): Promise<ResourceVersion[]> {
  const versions = versionsOf({ changes: [change], snapshots: new Map(), indexed: 2, pending: 0, unreadable: 0 });
  return describeVersions(versions, [change], { kind: 'playlist', read });
}

/** Two playlists that differ in very many fields. */
const bodies: Record<string, object> = Object.fromEntries(
  ['a', 'b'].map((object) => [object, Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`field${n}`, object]))]),
);

describe('what changed in a version', () => {
  it('names a move and another title, also where the content is the same', async () => {
    const [version] = await described(
      changed(state('a', { folderUid: 'a' }), state('a', { folder: 'B', folderUid: 'b', title: 'Dashboard' })),
    );
    expect(version).toMatchObject({ movedFrom: 'A', renamedFrom: 'Board', changes: [{ code: 'folder-moved' }] });
  });

  it('is no move where only the folder got another title', async () => {
    const [version] = await described(
      changed(state('a', { folderUid: 'a' }), state('b', { folder: 'Renamed', folderUid: 'a' })),
    );
    expect(version).not.toHaveProperty('movedFrom');
    expect(version?.changes?.map(({ code }) => code)).not.toContain('folder-moved');
  });

  it('is cut short when it is much', async () => {
    const [version] = await described(changed(state('a'), state('b')));
    expect([version?.changes?.length, version?.truncated]).toEqual([20, true]);
  });

  it.each([
    ['no-identity', new DashkeepError('DK_IDENTITY_MISSING', 'encrypted')],
    ['not-readable', new DashkeepError('DK_OBJECT_DAMAGED', 'damaged')],
    ['not-readable', new DashkeepError('DK_OBJECT_MISSING', 'gone')],
  ] as const)('says %s instead where the content cannot be read', async (untold, error) => {
    const [version] = await described(changed(state('a'), state('b')), () => Promise.reject(error));
    expect(version?.untold).toBe(untold);
    expect(version).not.toHaveProperty('changes');
  });

  it('is not read where that is large', async () => {
    const [version] = await described(changed(state('a', { bytes: 5e6 }), state('b')), () => {
      throw new Error('read all the same');
    });
    expect(version?.untold).toBe('too-large');
  });

  it('fails with the store', async () => {
    const error = new DashkeepError('DK_STORE_UNREACHABLE', 'down');
    await expect(described(changed(state('a'), state('b')), () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('near matches of a uid', () => {
  const seen = [
    { org: 1, kind: 'dashboard', uid: 'checkout-latency', title: 'Checkout', deleted: false },
    { org: 1, kind: 'dashboard', uid: 'b1f', title: 'Payments and refunds', deleted: true },
    { org: 1, kind: 'folder', uid: 'checkout', title: 'Shop', deleted: false },
    { org: 1, kind: 'dashboard', uid: 'zzz', title: 'Nothing of the kind', deleted: false },
  ] as const;
  const near = (uid: string): string[] => nearMatches(seen, { kind: 'dashboard', uid }).map((one) => one.uid);

  it.each([
    ['a typing error', 'checkuot-latency', ['checkout-latency']],
    ['its beginning', 'checko', ['checkout-latency', 'checkout']],
    ['its title', 'refunds', ['b1f']],
    ['another kind', 'checkout', ['checkout-latency', 'checkout']],
    ['nothing near', 'entirely-different', []],
  ])('by %s', (_, uid, expected) => {
    expect(near(uid)).toEqual(expected);
  });
});
