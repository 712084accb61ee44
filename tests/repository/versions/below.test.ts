import { beforeEach, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../../pkg/contract/manifest.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { ResourceChange } from '../../../pkg/repository/index/versions/below.ts';
import { VersionIndex } from '../../../pkg/repository/index/versions/version-index.ts';
import type { OpenedRepository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { keysOf, open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { madeUp } from '../../support/repository/version-history.ts';

const ROOT = { org: 1, kind: 'folder', uid: 'root' } as const;

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let repository: OpenedRepository;
let ids: string[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  repository = await open(world);
  ids = [];
});

/** Publishes a snapshot: `kind/uid` → version and folder. */
async function take(things: Record<string, [version: number, folderUid?: string]>, org = 1): Promise<void> {
  world.clock.advance(3_600_000);
  const versions = Object.fromEntries(Object.entries(things).map(([name, [version]]) => [name, version]));
  const manifest = madeUp({ orgs: { [org]: versions } }, world);
  const resources = manifest.resources.map((entry): ManifestEntry => {
    const folderUid = things[`${entry.kind}/${entry.uid}`]?.[1];
    return folderUid === undefined ? entry : { ...entry, folderUid, folder: folderUid };
  });
  ids.push((await repository.publish({ ...manifest, resources })).id);
}

const lines = (changes: readonly ResourceChange[]): string[] =>
  changes.map(
    ({ ref, change: { what, snapshots } }) => `${ids.indexOf(snapshots.first)} ${what} ${ref.kind}/${ref.uid}`,
  );

describe('what became of a folder and what is below it', () => {
  beforeEach(async () => {
    await take({
      'folder/root': [1],
      'folder/inner': [1, 'root'],
      'dashboard/deep': [1, 'inner'],
      'dashboard/out': [1],
    });
    await take({
      'folder/root': [1],
      'folder/inner': [1, 'root'],
      'dashboard/deep': [2, 'inner'],
      'dashboard/out': [2],
    });
    await take({ 'folder/root': [1], 'dashboard/deep': [3], 'dashboard/out': [2, 'root'] });
    await take({ 'folder/root': [2], 'dashboard/deep': [4], 'dashboard/out': [3, 'root'] });
    await take({ 'folder/root': [2], 'dashboard/deep': [4] });
    await take({ 'dashboard/foreign': [1, 'root'], 'folder/root': [1] }, 2);
  });

  const expected = [
    '4 deleted dashboard/out',
    '3 changed dashboard/out',
    '3 changed folder/root',
    '2 changed dashboard/deep',
    '2 changed dashboard/out',
    '2 deleted folder/inner',
    '1 changed dashboard/deep',
    '0 first-seen dashboard/deep',
    '0 first-seen folder/inner',
    '0 first-seen folder/root',
  ];

  it('is newest first, with what was moved in and out, and nothing that happened elsewhere', async () => {
    const { changes, snapshots, pending } = await repository.versionsBelow(ROOT);
    expect(lines(changes)).toEqual(expected);
    expect([snapshots.size, pending]).toEqual([6, 0]);
  });

  it('is the same when most of the index is in its large part', async () => {
    const ports = { ...repository, ...world, log: silentLog };
    const index = new VersionIndex(ports, { changes: 2, snapshots: 2, changesInBulk: 2 });
    const summaries = await repository.snapshots();
    await world.store.deleteMany(['cache/versions.json.gz']);
    await index.update(summaries);
    expect(lines((await index.below(ROOT, summaries)).changes)).toEqual(expected);
    const parts = await keysOf(world.store, 'cache/versions/');
    expect(parts.length).toBeGreaterThan(2);
    await world.store.deleteMany(parts.filter((key) => /\/[0-9a-f]{3}\.json/.test(key)));
    const lost = await new VersionIndex(ports).below(ROOT, summaries);
    expect([lost.changes, lost.pending]).toEqual([[], 6]);
  });

  it('does not reach into another organization', async () => {
    const { changes } = await repository.versionsBelow({ ...ROOT, org: 2 });
    expect(lines(changes)).toEqual(['5 first-seen dashboard/foreign', '5 first-seen folder/root']);
  });
});
