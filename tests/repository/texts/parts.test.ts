import { beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { TextIndex } from '../../../pkg/repository/index/texts/text-index.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { open, SeededRandomness, TestClock } from '../../support/repository/repository.ts';
import { board, publishBodies } from '../../support/repository/searched.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';

/** Everything goes into the large part immediately. */
const LIMITS = { head: 0, bodiesAtPublishing: 200, snapshots: 0, shard: 1000 };

let world: { store: MemoryStore; clock: TestClock; randomness: SeededRandomness };
let repository: Repository;
let bodies: number;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  repository = await open(world);
  bodies = 0;
});

/** The index as another process opens it. */
function indexOf(): TextIndex {
  const read = (object: string): Promise<string> => {
    bodies++;
    return repository.getObject(object);
  };
  const versions = repository.versionIndex;
  return new TextIndex({ ...repository, ...world, log: silentLog, versions, read }, LIMITS);
}

async function take(title: string): Promise<void> {
  world.clock.advance(3_600_000);
  await publishBodies(repository, world, { 1: { 'dashboard/a': board(title, {}) } });
}

async function update(index: TextIndex): Promise<void> {
  await index.update(await repository.snapshots());
}

async function textsOf(index: TextIndex): Promise<string> {
  const found: string[] = [];
  for await (const { texts } of index.things()) {
    found.push(texts);
  }
  return found.join('\n');
}

it('names no part that the store did not take, and writes it when it does', async () => {
  await take('One');
  const put = world.store.put.bind(world.store);
  await world.store.deleteMany(['cache/texts.json.gz']);
  world.store.put = async (key, ...rest) => {
    if (/^cache\/texts\/\w+\/000/.test(key)) {
      throw new Error('connection reset');
    }
    return put(key, ...rest);
  };
  const index = indexOf();
  await update(index);
  expect(await textsOf(index)).toContain('One');
  expect(await textsOf(indexOf())).toBe('');
  world.store.put = put;
  await take('Two');
  await update(index);
  bodies = 0;
  const other = indexOf();
  await update(other);
  expect(await textsOf(other)).toMatch(/One[^]*Two/);
  expect(bodies).toBe(0);
});

it('is not begun again when another process has written a newer one', async () => {
  await take('One');
  await world.store.deleteMany(['cache/texts.json.gz']);
  const late = indexOf();
  await update(late);
  await indexOf().rewrite();
  await expect(textsOf(late)).rejects.toMatchObject({ code: 'DK_INTEGRITY' });
  bodies = 0;
  await update(late);
  expect(await textsOf(late)).toContain('One');
  expect(bodies).toBe(0);
});
