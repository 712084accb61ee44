import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { PackedEntries } from '../../../pkg/engine/backup/packed-entries.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function entry(number: number): ManifestEntry {
  return {
    org: 1,
    kind: 'dashboard',
    uid: `uid-${number}`,
    title: `😀 \ud800 ${number}`,
    folder: '',
    folderUid: 'shop',
    object: `${number}`,
    bytes: number,
    managedBy: { manager: 'terraform' },
    facts: { version: number, by: 'ada' },
  };
}

it.each([0, 1, 249, 250, 251, 1000, 1777])('hands out %d entries as they came, each once', (count) => {
  const entries = Array.from({ length: count }, (_, number) => entry(number));
  const packed = new PackedEntries();
  for (const one of entries) {
    packed.add(one);
  }
  expect([...packed.unpack()]).toEqual(entries);
  expect([...packed.unpack()]).toEqual([]);
});

it('keeps few of many entries as values', async () => {
  const packed = new PackedEntries();
  const added: WeakRef<ManifestEntry>[] = [];
  for (let number = 0; number < 20_100; number++) {
    const one = entry(number);
    added.push(new WeakRef(one));
    packed.add(one);
  }
  // What a weak reference was made of stays until the turn is over.
  await turn();
  collect();
  const kept = added.filter((one) => one.deref() !== undefined).length;
  expect(kept).toBeLessThan(300);
  expect([...packed.unpack()]).toHaveLength(added.length);
});
