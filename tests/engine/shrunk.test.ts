import { describe, expect, it } from 'vitest';
import type { KindName } from '../../pkg/contract/kinds.ts';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { shrunkSince, type Shrinkable } from '../../pkg/engine/backup/losses/shrunk.ts';

function entries(org: number, kind: KindName, count: number, name = kind as string): ManifestEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ org, kind, uid: `${name}-${index}`, title: '', folder: '', object: 'x', bytes: 1 },
  }));
}

function snapshot(resources: ManifestEntry[], more: Partial<Shrinkable> = {}): Shrinkable {
  const ids = [...new Set(resources.map(({ org }) => org))];
  const orgs = ids.map((id) => ({ id, name: `org ${id}` }));
  return { id: 'earlier', orgs, scope: { orgs: 'all', serverAdmin: true }, kinds: {}, resources, ...more };
}

const WHOLE = snapshot([
  ...entries(1, 'dashboard', 100),
  ...entries(1, 'folder', 10),
  ...entries(1, 'data-source', 4),
  ...entries(2, 'dashboard', 14),
  ...entries(1, 'user', 6),
]);

function without(isGone: (entry: ManifestEntry, index: number) => boolean): Shrinkable {
  return snapshot(WHOLE.resources.filter((entry, index) => !isGone(entry, index)));
}

/** Annotations of organization 1, with ascending numbers in Grafana. */
function annotations(first: number, count: number, dashboard = ''): ManifestEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    const names = { uid: `note-${id}`, title: '', folder: '', revision: `${id} 1700000000000 0 0 ${dashboard}` };
    return { org: 1, kind: 'annotation', ...names, object: 'x', bytes: 1 };
  });
}

const withAnnotations = (some: ManifestEntry[]): Shrinkable => snapshot([...WHOLE.resources, ...some]);

const lossesOf = (now: Shrinkable, before = WHOLE) => shrunkSince(before, now)?.losses;

describe('a snapshot that lacks much', () => {
  it('is one of an emptied Grafana', () => {
    const now = snapshot(entries(1, 'dashboard', 2), { orgs: WHOLE.orgs });
    expect(lossesOf(now)?.[0]).toEqual({ before: 134, gone: 132 });
    expect(lossesOf(now)).toContainEqual({ org: 1, kind: 'dashboard', before: 100, gone: 98 });
  });

  it('is one of a half emptied Grafana', () => {
    expect(lossesOf(without((_, index) => index % 2 === 0))).toBeDefined();
  });

  it('is one where all of a kind is gone, and of few kinds no single one', () => {
    expect(lossesOf(without(({ kind }) => kind === 'data-source'))).toEqual([
      { org: 1, kind: 'data-source', before: 4, gone: 4 },
    ]);
    expect(lossesOf(without(({ kind, uid }) => kind === 'data-source' && uid !== 'data-source-0'))).toBeUndefined();
    const few = snapshot(entries(1, 'playlist', 2));
    expect(shrunkSince(few, snapshot([], { orgs: few.orgs }))).toBeUndefined();
  });

  it('is one where more than a tenth of a kind is gone, but no less than ten', () => {
    const some = (count: number): Shrinkable => snapshot(entries(1, 'dashboard', count));
    expect(lossesOf(some(89), some(99))).toEqual([{ org: 1, kind: 'dashboard', before: 99, gone: 10 }]);
    expect(lossesOf(some(90), some(99))).toBeUndefined();
    expect(lossesOf(some(90), some(100))).toBeUndefined();
  });

  it('is one where a quarter of a kind is gone, but no less than five', () => {
    const some = (count: number): Shrinkable => snapshot(entries(1, 'dashboard', count));
    expect(lossesOf(some(18), some(26))).toEqual([{ org: 1, kind: 'dashboard', before: 26, gone: 8 }]);
    expect(lossesOf(some(15), some(20))).toEqual([{ org: 1, kind: 'dashboard', before: 20, gone: 5 }]);
    expect(lossesOf(some(16), some(21))).toBeUndefined();
    expect(lossesOf(some(8), some(12))).toBeUndefined();
  });

  it('is one where all annotations of an organization are gone, or later ones than some that are left', () => {
    const loss = { org: 1, kind: 'annotation' };
    const before = withAnnotations([...annotations(1, 6, 'dashboard-1'), ...annotations(7, 6)]);
    expect(lossesOf(WHOLE, before)).toEqual([{ ...loss, before: 12, gone: 12 }]);
    expect(lossesOf(withAnnotations(annotations(20, 3)), before)).toEqual([{ ...loss, before: 12, gone: 12 }]);
    const many = withAnnotations(annotations(1, 40));
    expect(lossesOf(withAnnotations([...annotations(1, 2), ...annotations(30, 11)]), many)).toEqual([
      { ...loss, before: 40, gone: 27 },
    ]);
    // Whatever deleted them took some of the oldest along, and the few of the organization.
    expect(lossesOf(withAnnotations(annotations(4, 12)), many)).toEqual([{ ...loss, before: 40, gone: 28 }]);
    const both = withAnnotations([...annotations(1, 40, 'dashboard-1'), ...annotations(41, 5)]);
    expect(lossesOf(withAnnotations(annotations(1, 10, 'dashboard-1')), both)).toEqual([
      { ...loss, before: 45, gone: 35 },
    ]);
  });

  it('is one without an organization that was not left out on purpose', () => {
    const own = snapshot(
      WHOLE.resources.filter(({ org }) => org === 1),
      { scope: { orgs: 'own', serverAdmin: false } },
    );
    expect(lossesOf(own)).toContainEqual({ org: 2, before: 14, gone: 14 });
    expect(lossesOf({ ...own, scope: { orgs: 'chosen', serverAdmin: true } })).toBeUndefined();
  });

  it('is one without a kind that the credentials may not read, but not one that was excluded', () => {
    const now = without(({ kind }) => kind === 'user');
    const empty = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
    const left = (code: string): Shrinkable => ({ ...now, kinds: { user: { ...empty, reason: '', code } } });
    expect(lossesOf(left('needs-server-admin'))).toEqual([{ kind: 'user', before: 6, gone: 6 }]);
    expect(lossesOf(left('not-asked-for'))).toBeUndefined();
  });

  it('is one where as many others took their place', () => {
    const now = snapshot([...entries(1, 'dashboard', 100, 'other'), ...WHOLE.resources.slice(100)]);
    expect(lossesOf(now)).toContainEqual({ org: 1, kind: 'dashboard', before: 100, gone: 100 });
  });
});

describe('a snapshot that lacks little', () => {
  it('is as large as the one before, or has some deleted', () => {
    expect(lossesOf(WHOLE)).toBeUndefined();
    expect(lossesOf(without(({ kind, uid }) => kind === 'dashboard' && uid.endsWith('1')))).toBeUndefined();
  });

  it('is one where silences and dashboard snapshots expired', () => {
    const before = snapshot([...WHOLE.resources, ...entries(1, 'dashboard-snapshot', 90), ...entries(1, 'silence', 9)]);
    expect(shrunkSince(before, WHOLE)).toBeUndefined();
  });

  it('is one where the oldest annotations expired, of dashboards or of the organization', () => {
    const before = withAnnotations([...annotations(1, 40, 'dashboard-1'), ...annotations(41, 40)]);
    const left = (oldest: number): Shrinkable =>
      withAnnotations([...annotations(oldest, 41 - oldest, 'dashboard-1'), ...annotations(41, 40)]);
    expect(lossesOf(left(30), before)).toBeUndefined();
    // Someone deleted a later one, too.
    const later = snapshot(left(30).resources.filter(({ uid }) => uid !== 'note-35'));
    expect(lossesOf(later, before)).toBeUndefined();
    // A few may all be old.
    expect(lossesOf(WHOLE, withAnnotations(annotations(1, 9)))).toBeUndefined();
  });

  it('is one where annotations went with their dashboard, or have other text', () => {
    const before = withAnnotations([...annotations(1, 5), ...annotations(6, 20, 'dashboard-0')]);
    const now = withAnnotations(annotations(1, 5));
    const isKept = ({ kind, uid }: ManifestEntry): boolean => kind !== 'dashboard' || uid !== 'dashboard-0';
    expect(lossesOf({ ...now, resources: now.resources.filter(isKept) }, before)).toBeUndefined();
    const renamed = before.resources.map((one) => (one.kind === 'annotation' ? { ...one, uid: `${one.uid}b` } : one));
    expect(lossesOf(snapshot(renamed), before)).toBeUndefined();
  });

  it('is one of a rebuilt Grafana that numbers its organizations otherwise', () => {
    const moved = WHOLE.resources.map((entry) => (entry.org === 2 ? { ...entry, org: 5 } : entry));
    const orgs = [
      { id: 1, name: 'org 1' },
      { id: 5, name: 'org 2' },
    ];
    expect(shrunkSince(WHOLE, snapshot(moved, { orgs }))).toBeUndefined();
  });

  it('is one that stores what belongs to the server under another organization', () => {
    const before = snapshot([...entries(1, 'dashboard', 3), ...entries(1, 'user', 6)]);
    const now = snapshot([...entries(2, 'user', 6)], {
      orgs: [{ id: 2, name: 'two' }],
      scope: { orgs: 'chosen', serverAdmin: true },
    });
    expect(shrunkSince(before, now)).toBeUndefined();
  });
});
