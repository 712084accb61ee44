import { expect, it } from 'vitest';
import type { Manifest, ManifestEntry } from '../../pkg/contract/manifest.ts';
import { countChanges, diffManifests } from '../../pkg/engine/diff.ts';

const entry = (uid: string, object: string, folderUid?: string): ManifestEntry => ({
  ...{ org: 1, kind: 'dashboard' as const, uid, title: uid, folder: '', object, bytes: 1 },
  ...(folderUid === undefined ? {} : { folderUid }),
});

const HOME = { id: 1, name: 'Main Org.' };
const READ = { listed: 1, stored: 1, reused: 0, skipped: 0, failed: 0 };

/** One that covers two organizations and has read their dashboards. */
const snapshot = (resources: ManifestEntry[]) => ({
  orgs: [HOME, { id: 2, name: 'Second' }],
  kinds: { dashboard: READ } as Manifest['kinds'],
  resources,
});

it.each([
  ['nothing before', [], [entry('a', '1'), entry('b', '2')]],
  ['nothing left', [entry('a', '1'), entry('b', '2')], []],
  [
    'some of each: kept, moved, edited, added, deleted',
    [entry('kept', '1'), entry('moved', '2', 'shop'), entry('edited', '3'), entry('gone', '4')],
    [entry('kept', '1'), entry('moved', '2', 'ops'), entry('edited', '5'), entry('new', '6')],
  ],
  ['the same uid in another org', [entry('a', '1')], [{ ...entry('a', '1'), org: 2 }]],
])('counts what a comparison lists: %s', (_, from, to) => {
  const { added, changed, removed } = diffManifests(snapshot(from), snapshot(to));
  expect(countChanges(snapshot(from), snapshot(to))).toMatchObject({
    added: added.length,
    changed: changed.length,
    removed: removed.length,
  });
});

const ORG = { ...entry('Second', 'o'), kind: 'org' as const };

it.each([
  ['organizations that the later one does not cover', { orgs: [HOME] }, 0],
  [
    'an organization that the later one saw, but does not cover',
    { orgs: [HOME], kinds: { org: READ }, more: [ORG] },
    0,
  ],
  ['an organization that was deleted', { orgs: [HOME], kinds: { org: READ } }, 1],
  ['a kind that the later one was not asked for', { kinds: { dashboard: { ...READ, reason: 'not asked for' } } }, 0],
  [
    'a kind that the credentials of the later one do not show',
    { kinds: { dashboard: { ...READ, code: 'needs-server-admin', reason: 'needs a server admin' } } },
    0,
  ],
  ['a kind that the later one has read', {}, 1],
])('lists as removed only what both cover: %s', (_, later, removed) => {
  const before = snapshot([{ ...entry('a', '1'), org: 2 }]);
  const {
    orgs = before.orgs,
    kinds = {},
    more = [],
  } = later as {
    orgs?: Manifest['orgs'];
    kinds?: Manifest['kinds'];
    more?: ManifestEntry[];
  };
  const after = { orgs, kinds: { dashboard: READ, ...kinds }, resources: more };
  expect(diffManifests(before, after).removed).toHaveLength(removed);
  expect(countChanges(before, after)).toMatchObject({ removed });
  // The same the other way round: it was not added either.
  expect(diffManifests(after, before).added).toHaveLength(removed);
});

it('counts nothing of an organization that the earlier one does not cover', () => {
  const added = { ...entry('a', '1'), org: 2 };
  const before = { ...snapshot([entry('a', '1')]), orgs: [HOME] };
  expect(countChanges(before, snapshot([entry('a', '2'), added]))).toEqual({
    ...{ added: 0, changed: 1, removed: 0 },
    orgs: [{ id: 1, added: 0, changed: 1, removed: 0 }],
  });
});
