import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock } from '../support/repository/repository.ts';

const FORGED = 'sessions/20261124T000000Z-f0f0f0f0.json';
const PRUNE = { id: '20261124T000000Z-f0f0f0f0', kind: 'prune', started: '2026-11-24T00:00:00.000Z' };

/** Sleeping takes no time and moves the clock; who waits for ever is stopped. */
class RestlessClock extends TestClock {
  waited = 0;

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    if (milliseconds < 60_000) {
      this.waited += milliseconds;
      this.advance(milliseconds);
    }
    if (this.waited > 3_600_000) {
      throw new Error('waited for an hour');
    }
  }
}

/** A store in which somebody writes a session again before each listing. */
class HauntedStore extends MemoryStore {
  haunt: Buffer | undefined;

  override async *list(...given: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    if (this.haunt !== undefined && given[0] === 'sessions/') {
      await this.put(FORGED, this.haunt);
    }
    yield* super.list(...given);
  }
}

function worldOf(): { clock: RestlessClock; store: HauntedStore; randomness: SeededRandomness } {
  const clock = new RestlessClock();
  return { clock, store: new HauntedStore({ clock }), randomness: new SeededRandomness() };
}

describe('a prune that somebody makes believe, for as long as they like', () => {
  it.each<[string, (world: ReturnType<typeof worldOf>) => Promise<string>]>([
    ['unsigned', async ({ clock }) => JSON.stringify({ ...PRUNE, heartbeat: clock.now().toISOString() })],
    [
      'signed by their own key',
      async (world) => {
        const theirs = await open(world, { state: new MemoryState() });
        await theirs.trust.signing.signer();
        const file = JSON.stringify({ ...PRUNE, heartbeat: world.clock.now().toISOString() });
        return JSON.stringify({ ...JSON.parse(file), signature: await theirs.trust.signing.statement(FORGED, file) });
      },
    ],
    [
      'a copy of a real one from yesterday',
      async (world) => {
        const real = await open(world);
        const file = JSON.stringify({ ...PRUNE, heartbeat: world.clock.now().toISOString() });
        const signature = await real.trust.signing.statement(FORGED, file);
        world.clock.advance(86_400_000);
        return JSON.stringify({ ...JSON.parse(file), signature });
      },
    ],
    [
      'with another time and the signature of a real one from yesterday',
      async (world) => {
        const real = await open(world);
        const file = JSON.stringify({ ...PRUNE, heartbeat: world.clock.now().toISOString() });
        const signature = await real.trust.signing.statement(FORGED, file);
        world.clock.advance(86_400_000);
        return JSON.stringify({ ...PRUNE, heartbeat: world.clock.now().toISOString(), signature });
      },
    ],
  ])('%s, does not keep a backup from being made', async (_name, forge) => {
    const world = worldOf();
    await backup(await open(world), world, { a: { v: 1 } });
    world.store.haunt = Buffer.from(await forge(world));
    await backup(await open(world), world, { a: { v: 2 } });
    expect(world.clock.waited).toBeLessThanOrEqual(15_000);
    expect(await keysOf(world.store, 'snapshots/')).toHaveLength(2);
  });
});

it('what is larger than any session or record of a run keeps no backup from being made, and no run from being listed', async () => {
  const world = worldOf();
  await backup(await open(world), world, { a: { v: 1 } });
  world.store.haunt = Buffer.alloc(40 * 1024 * 1024, 'x');
  await world.store.put('runs/20261124T000000Z-f0f0f0f0.json', world.store.haunt);
  await backup(await open(world), world, { a: { v: 2 } });
  expect(await keysOf(world.store, 'snapshots/')).toHaveLength(2);
  const repository = await open(world);
  expect(await repository.run('20261124T000000Z-f0f0f0f0')).toBeUndefined();
  expect(await repository.runs()).toEqual([]);
});

it('a prune that a trusted key signed just now is waited for', async () => {
  const world = worldOf();
  const repository = await open(world);
  await backup(repository, world, { a: { v: 1 } });
  const other = await open(world);
  const file = JSON.stringify({ ...PRUNE, heartbeat: world.clock.now().toISOString() });
  const signature = await other.trust.signing.statement(FORGED, file);
  world.store.haunt = Buffer.from(JSON.stringify({ ...JSON.parse(file), signature }));
  const waiting = backup(repository, world, { a: { v: 2 } });
  while (world.clock.waited < 120_000) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  world.store.haunt = undefined;
  await world.store.deleteMany([FORGED]);
  await waiting;
});
