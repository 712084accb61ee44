import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { repair, repairConfig } from '../../pkg/repository/verify/repair.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, open, SeededRandomness, stateOf, TestClock, type World } from '../support/repository/repository.ts';

let world: World & { store: MemoryStore };

beforeEach(() => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
});

function liveFrom(live: Record<string, Json>) {
  return async ({ uid }: { uid: string }): Promise<string | undefined> =>
    live[uid] === undefined ? undefined : canonicalJson(live[uid]);
}

describe('repair', () => {
  it('puts back what is still the same in Grafana, and names the rest', async () => {
    const { resources } = await backup(await open(world), world, { same: { v: 1 }, changed: { v: 2 }, gone: { v: 3 } });
    for (const { object, uid } of resources) {
      const key = `objects/${object.slice(0, 2)}/${object}.json.gz`;
      await (uid === 'same'
        ? world.store.put(key, Buffer.from('damaged, and long enough'))
        : world.store.deleteMany([key]));
    }

    const repository = await open(world);
    const live = liveFrom({ same: { v: 1 }, changed: { v: 'now another' } });
    const result = await repair(repository, { readData: true, live });

    expect(result.repaired.flatMap((problem) => problem.resources.map(({ uid }) => uid))).toEqual(['same']);
    expect(result.remaining.flatMap((problem) => problem.resources.map(({ uid }) => uid)).sort()).toEqual([
      'changed',
      'gone',
    ]);
    expect((await verify(repository, { readData: true })).problems).toHaveLength(2);
  });

  it('takes the content from any resource that has it', async () => {
    const { resources } = await backup(await open(world), world, { first: { v: 1 }, twin: { v: 1 } });
    const { object } = resources[0]!;
    await world.store.deleteMany([`objects/${object.slice(0, 2)}/${object}.json.gz`]);

    const result = await repair(await open(world), { live: liveFrom({ first: { v: 9 }, twin: { v: 1 } }) });

    expect(result).toMatchObject({ repaired: [{ object }], remaining: [] });
  });
});

describe('dashkeep.json', () => {
  const ports = () => ({ ...world, log: silentLog, state: stateOf(world.store) });

  it.each([
    ['damaged', () => world.store.put('dashkeep.json', Buffer.from('{"format'))],
    ['something else', () => world.store.put('dashkeep.json', Buffer.from('{"format":1,"id":"mine"}'))],
    ['gone', () => world.store.deleteMany(['dashkeep.json'])],
  ])('is written again when it is %s', async (_what, spoil) => {
    const published = await backup(await open(world), world, { a: { v: 1 } });
    await spoil();
    await expect(open(world, { create: false, state: new MemoryState() })).rejects.toMatchObject({ exit: 2 });

    expect(await repairConfig(ports())).toMatchObject({ format: 1 });

    expect(await (await open(world, { create: false })).manifest('latest')).toEqual(published);
    expect(await repairConfig(ports())).toBeUndefined();
  });

  it('of a newer format is left alone', async () => {
    await world.store.put('dashkeep.json', Buffer.from('{"format":2}'));
    await expect(repairConfig(ports())).rejects.toMatchObject({ code: 'DK_REPOSITORY_FORMAT' });
  });

  it('is not made where there is nothing', async () => {
    await expect(repairConfig(ports())).rejects.toMatchObject({ code: 'DK_REPOSITORY_MISSING' });
  });

  it('cut short by a first run that died does not stop the next', async () => {
    await world.store.put('dashkeep.json', Buffer.from('{"form'));
    await backup(await open(world), world, { a: { v: 1 } });
    expect(await (await open(world, { create: false })).snapshots()).toHaveLength(1);
  });
});
