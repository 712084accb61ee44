import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { canonicalJson } from '../../pkg/lib/json/json.ts';
import { applyForget, deleteSnapshot, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { sha256Of } from '../../pkg/repository/signing/statement.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may put files into the bucket, but remove none, has retention remove the good snapshots: by spoiling the
 * ones that it keeps in their place.
 */
let world: World & { store: MemoryStore };
let made: Manifest[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  made = [];
  for (let day = 0; day < 4; day++) {
    made.push(await backup(await open(world), world, { a: { v: day } }));
    clock.advance(86_400_000);
  }
});

const file = (id: string): string => `snapshots/${id}.json.gz`;

/** Puts a manifest with other content and the right hash in the place of a signed one. */
async function overwrite(manifest: Manifest): Promise<void> {
  const { entriesHash: _, ...rest } = { ...manifest, resources: [] };
  const text = JSON.stringify({ ...rest, entriesHash: sha256Of(canonicalJson([])) });
  await world.store.put(file(manifest.id), gzipSync(text));
}

async function forget(policy: { keepLast?: number; keepDaily?: number }): Promise<string[]> {
  const repository = await open(world);
  const plan = await planForget(repository, policy);
  return (await applyForget(repository, plan)).forgotten;
}

const ids = (...indexes: number[]): string[] => indexes.map((index) => made[index]!.id);

describe.each([
  ['junk', async (manifest: Manifest) => world.store.put(file(manifest.id), Buffer.from('junk'))],
  ['another manifest', overwrite],
])('a kept snapshot that was overwritten by %s', (_what, spoil) => {
  it.each([1, 2])('counts for no rule, so that the next good one stays (%i days ago)', async (days) => {
    await spoil(made[made.length - days]!);
    expect(await forget({ keepLast: 2 })).toEqual(ids(0));
    expect(await forget({ keepDaily: 2 })).toEqual([]);
    expect(await keysOf(world.store, 'snapshots/')).toHaveLength(3);
  });

  it('is not the newest complete one in place of a good one that is to be deleted', async () => {
    await spoil(made[3]!);
    const repository = await open(world);
    await expect(deleteSnapshot(repository, made[2]!.id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_NEWEST' });
    await deleteSnapshot(repository, made[1]!.id);
    expect(await keysOf(world.store, 'snapshots/')).toHaveLength(3);
  });

  it('removes nothing when all that a rule keeps were', async () => {
    for (const manifest of made.slice(1)) {
      await spoil(manifest);
    }
    expect(await forget({ keepLast: 1 })).toEqual([]);
  });
});
