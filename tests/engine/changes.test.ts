import { expect, it } from 'vitest';
import type { ManifestEntry } from '../../pkg/contract/manifest.ts';
import { countChanges, diffManifests } from '../../pkg/engine/diff.ts';

const entry = (uid: string, object: string, folderUid?: string): ManifestEntry => ({
  ...{ org: 1, kind: 'dashboard' as const, uid, title: uid, folder: '', object, bytes: 1 },
  ...(folderUid === undefined ? {} : { folderUid }),
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
  const { added, changed, removed } = diffManifests({ resources: from }, { resources: to });
  expect(countChanges(from, to)).toEqual({
    added: added.length,
    changed: changed.length,
    removed: removed.length,
  });
});
