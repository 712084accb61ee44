import { expect, it } from 'vitest';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { Collection } from '../../../pkg/engine/backup/collection.ts';
import { ProgressCounter } from '../../../pkg/engine/progress.ts';
import { realClock } from '../../support/ports.ts';

it('takes one entry out again of more than a call can have arguments', () => {
  const collection = new Collection(new ProgressCounter(realClock, undefined));
  const entry: ManifestEntry = { org: 1, kind: 'annotation', uid: '', title: '', folder: '', object: '', bytes: 1 };
  for (let number = 0; number < 200_000; number++) {
    collection.keep({ ...entry, uid: `${number}` });
  }
  const gone = collection.entries[7] as ManifestEntry;
  collection.remove(new Set([gone]));
  expect(collection.entries).toHaveLength(199_999);
  expect(collection.entries).not.toContain(gone);
});
