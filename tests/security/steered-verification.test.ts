import { beforeEach, expect, it } from 'vitest';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

/** Someone replaces an object in the bucket, and makes each verification of a part read another part. */
let clock: TestClock;
let world: World & { store: MemoryStore };
let key: string;

beforeEach(async () => {
  clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  await backup(await open(world), world, { a: { v: 1 }, b: { v: 2 }, c: { v: 3 }, d: { v: 4 } });
  [key = ''] = await keysOf(world.store, 'objects/');
  await world.store.put(key, Buffer.alloc((await world.store.get(key)).length, 'x'));
});

async function problems(runs: number, state?: { state: undefined }): Promise<string[]> {
  const part = Number.parseInt(key.slice('objects/00/'.length).slice(0, 8), 16) % 4;
  const found: string[] = [];
  for (let run = 0; run < runs; run++) {
    await world.store.put('cache/verify.json', Buffer.from(JSON.stringify({ of: 4, next: (part + 1) % 4 })));
    const report = await verify(await open(world, state), { readData: { percent: 25 } });
    found.push(...report.problems.map(({ code }) => code));
    clock.advance(86_400_000);
  }
  return found;
}

it('every part is read in turn all the same', async () => {
  expect(await problems(4)).toContain('DK_OBJECT_DAMAGED');
});

it('where no turn can be kept, the part does not follow from the bucket either', async () => {
  expect(await problems(20, { state: undefined })).toContain('DK_OBJECT_DAMAGED');
});
