import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest, SnapshotSummary } from '../../pkg/contract/manifest.ts';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import { applyForget, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { summaryOf } from '../../pkg/repository/snapshots/manifests.ts';
import { sha256Of } from '../../pkg/repository/signing/statement.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may put files into the bucket, but remove none, makes retention remove the good snapshots: by spoiling
 * the ones that it keeps for them, or by an index that says something else than the manifests.
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

/** What the cache of a plain repository says of its snapshots, as anyone may write it. */
async function putIndex(change: (summary: SnapshotSummary) => SnapshotSummary): Promise<void> {
  const signer = (await open(world)).trust.own!;
  const snapshots = made.map((manifest) => change(summaryOf(manifest, signer))) as unknown as Json;
  await world.store.put('cache/snapshots.json.gz', gzipSync(canonicalJson({ format: 1, snapshots } as Json)));
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

  it('removes nothing when all that a rule keeps were', async () => {
    for (const manifest of made.slice(1)) {
      await spoil(manifest);
    }
    expect(await forget({ keepLast: 1 })).toEqual([]);
  });

  it('is not removed itself: it may be all that is left to look at', async () => {
    await spoil(made[0]!);
    expect(await forget({ keepLast: 1 })).toEqual(ids(2, 1));
  });
});

describe('an index that says otherwise than the manifests', () => {
  it.each<[string, (summary: SnapshotSummary) => SnapshotSummary]>([
    ['partial', (one) => ({ ...one, status: 'partial' })],
    ['safety snapshots', (one) => ({ ...one, trigger: 'safety' })],
    ['of one day', (one) => ({ ...one, time: '2020-01-01T00:00:00.000Z' })],
  ])('has none removed that it calls %s', async (_what, lie) => {
    await putIndex((one) => (one.id === made[3]!.id ? one : lie(one)));
    expect(await forget({ keepDaily: 4 })).toEqual([]);
  });

  it('has none counted that no one signed', async () => {
    const forged = { ...made[3]!, id: '20261128T000000Z-f0f0f0f0' };
    await overwrite(forged);
    made.push(forged);
    await putIndex((one) => one);
    expect(await forget({ keepLast: 1 })).toEqual(ids(2, 1, 0));
  });
});
