import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VersionChange } from '../../../pkg/repository/index/versions/timeline.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { publish } from '../../support/repository/version-history.ts';

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let repository: Repository;
let ids: string[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  repository = await open(world);
  ids = [];
});

/** Publishes a snapshot of a dashboard in this version, and of one that stays the same. */
async function take(version: number): Promise<void> {
  world.clock.advance(3_600_000);
  const things = { 'dashboard/a': version, 'dashboard/b': 1 };
  ids.push((await publish(repository, world, { orgs: { 1: things } })).id);
}

async function lose(): Promise<void> {
  await world.store.deleteMany(['cache/versions.json.gz', 'cache/texts.json.gz']);
  repository = await open(world);
}

async function changes(): Promise<VersionChange[]> {
  return (await repository.versions({ org: 1, kind: 'dashboard', uid: 'a' })).changes;
}

describe('an index of versions that was lost', () => {
  it('is made again by reading each manifest once', async () => {
    for (let n = 0; n < 12; n++) {
      await take(n);
    }
    await lose();
    const read: string[] = [];
    const get = world.store.get.bind(world.store);
    world.store.get = (...given) => (read.push(given[0]), get(...given));
    expect(await changes()).toHaveLength(12);
    expect(read.filter((key) => key.startsWith('snapshots/'))).toEqual(ids.map((id) => `snapshots/${id}.json.gz`));
  });

  it('keeps no backup waiting while it is made again', async () => {
    await take(1);
    await take(2);
    await lose();
    const get = world.store.get.bind(world.store);
    const held = new AbortController();
    const released = once(held.signal, 'abort');
    world.store.get = async (...given) => {
      await (given[0] === `snapshots/${ids[0]}.json.gz` ? released : undefined);
      return get(...given);
    };
    const asked = changes();
    await take(3);
    held.abort();
    expect(await asked).toHaveLength(2);
    expect((await changes()).map(({ what, snapshots: { first } }) => [what, ids.indexOf(first)])).toEqual([
      ['first-seen', 0],
      ['changed', 1],
      ['changed', 2],
    ]);
  });
});
