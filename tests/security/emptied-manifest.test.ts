import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { canonicalJson } from '../../pkg/lib/json/json.ts';
import { objectIdOf } from '../../pkg/repository/objects/id.ts';
import { applyPrune, planPrune } from '../../pkg/repository/prune/prune.ts';
import { deleteSnapshot } from '../../pkg/repository/snapshots/forget.ts';
import { backup, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

/**
 * Someone who may put files into the bucket, but remove none, has pruning remove the objects of a snapshot: by a
 * manifest in its place that needs nothing.
 */
const HOUR = 3_600_000;
let clock: TestClock;
let world: World & { store: MemoryStore };
let first: Manifest;
let lost: string;

beforeEach(async () => {
  clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  first = await backup(await open(world), world, { lost: { v: 2 }, kept: { v: 1 }, more: { v: 3 } });
  clock.advance(HOUR);
  await backup(await open(world), world, { kept: { v: 1 }, more: { v: 3 } });
  const { object } = first.resources.find(({ uid }) => uid === 'lost')!;
  lost = `objects/${object.slice(0, 2)}/${object}.json.gz`;
});

const file = (): string => `snapshots/${first.id}.json.gz`;

function emptied(): Buffer {
  const manifest = { ...first, resources: [], entriesHash: objectIdOf('[]', undefined) };
  return gzipSync(canonicalJson(JSON.parse(JSON.stringify(manifest))));
}

async function prune(): Promise<void> {
  for (const hours of [49, 5, 5]) {
    clock.advance(hours * HOUR);
    const repository = await open(world);
    const plan = await planPrune(repository);
    await applyPrune(repository, plan, { randomness: world.randomness });
  }
}

/** The signature of the manifest that is there now by a key of the forger. */
async function signAsForger(): Promise<void> {
  const forger = await open(world, { state: new MemoryState() });
  await forger.trust.signing.sign(file(), await world.store.get(file()));
}

describe('a manifest in place of one that was signed', () => {
  it('stops a prune, which names the snapshot and what to do', async () => {
    await world.store.put(file(), emptied());
    await expect(prune()).rejects.toMatchObject({
      code: 'DK_PRUNE_UNSAFE',
      message: expect.stringContaining(`${first.id} differs from the file that was signed under its name`),
      advice: { code: 'restore-manifest', params: { id: first.id, command: `dashkeep forget ${first.id}` } },
    });
    expect(await world.store.head(lost)).toBeDefined();
  });

  it.each([
    ['signed by another key', signAsForger],
    ['with no signature that can be read', () => world.store.put(`signatures/${file()}.sig`, Buffer.from('none'))],
  ])('stops a prune also when it is %s', async (_how, sign) => {
    clock.advance(49 * HOUR);
    await world.store.put(file(), emptied());
    await sign();
    await expect(prune()).rejects.toMatchObject({
      code: 'DK_PRUNE_UNSAFE',
      message: expect.stringContaining(first.id),
    });
    expect(await world.store.head(lost)).toBeDefined();
  });

  it('is no obstacle once a person has removed it', async () => {
    await world.store.put(file(), emptied());
    await deleteSnapshot(await open(world), first.id);
    await prune();
    expect(await world.store.head(lost)).toBeUndefined();
  });
});

it('a foreign snapshot that no one wrote again is none either', async () => {
  const forger = await open(world, { state: new MemoryState() });
  await backup(forger, world, { theirs: { v: 9 } });
  await prune();
  expect(await world.store.head(lost)).toBeDefined();
});
