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

it('keeps of many entries much less than they are as values', () => {
  // Many, so that what else the process keeps meanwhile is little beside them.
  const count = 20_000;
  const held = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const packed = new PackedEntries();
  const empty = held();
  for (let number = 0; number < count; number++) {
    packed.add(entry(number));
  }
  const perEntry = (held() - empty) / count;
  const asValues = [...packed.unpack()];
  expect(perEntry).toBeLessThan((held() - empty) / count / 3);
  expect(asValues).toHaveLength(count);
});
