import { beforeEach, describe, expect, it } from 'vitest';
import { deleteSnapshot } from '../../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune } from '../../../pkg/repository/prune/prune.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { keysOf, open, TestClock } from '../../support/repository/repository.ts';
import { backUp, forgetAllButLast, HOUR, lockEverything, prune, setUp, shared, world } from './harness.ts';

setUp();

describe('prune', () => {
  beforeEach(async () => {
    await backUp({ ...shared, old: { v: 0 } });
    await backUp(shared);
    await forgetAllButLast();
  });

  it('leaves young objects alone', async () => {
    expect(await planPrune(await open(world))).toMatchObject({ remove: [], mark: [], young: 1 });
  });

  it('marks first, and removes only four hours later', async () => {
    world.clock.advance(48 * HOUR);
    expect(await prune()).toMatchObject({ removed: 0, marked: 1 });
    world.clock.advance(3 * HOUR);
    expect(await prune()).toMatchObject({ removed: 0, marked: 0 });
    world.clock.advance(HOUR);
    expect(await prune()).toMatchObject({ removed: 1, marked: 0 });

    expect(await keysOf(world.store, 'objects/')).toHaveLength(3);
    expect(await keysOf(world.store, 'prune/')).toEqual([]);
    expect((await verify(await open(world), { readData: true })).problems).toEqual([]);
  });

  it('a plan alone writes nothing', async () => {
    world.clock.advance(48 * HOUR);
    const before = await keysOf(world.store);
    await planPrune(await open(world));
    expect(await keysOf(world.store)).toEqual(before);
  });

  it('removes only what was planned', async () => {
    world.clock.advance(48 * HOUR);
    await prune();
    world.clock.advance(3 * HOUR);
    const repository = await open(world);
    const plan = await planPrune(repository);
    world.clock.advance(HOUR);

    expect((await planPrune(repository)).remove).toHaveLength(1);
    expect(await applyPrune(repository, plan, { randomness: world.randomness })).toMatchObject({ removed: 0 });
  });

  it('spares a marked object that a new snapshot needs again', async () => {
    world.clock.advance(48 * HOUR);
    await prune();
    const needing = await backUp({ ...shared, again: { v: 0 } });
    world.clock.advance(5 * HOUR);

    expect(await prune()).toMatchObject({ removed: 0 });
    expect(await (await open(world)).missingObjects(needing.resources.map(({ object }) => object))).toEqual(new Set());
  });

  it('starts over with an object that was put again since it was marked', async () => {
    world.clock.advance(48 * HOUR);
    await prune();
    const repository = await open(world);
    world.clock.advance(5 * HOUR);
    await repository.objects.replace(repository.objectId('{"v":0}'), '{"v":0}', false);

    expect(await planPrune(await open(world))).toMatchObject({ remove: [], mark: [], young: 1 });
    world.clock.advance(48 * HOUR);
    expect(await prune()).toMatchObject({ removed: 0, marked: 1 });
  });

  it.each([
    ['a foreign file at the top', 'velero/backup.tar', 'DK_PRUNE_UNSAFE'],
    ['a manifest of an unknown form', 'snapshots/20261124T143000Z-0000abcd.json.zst', 'DK_PRUNE_UNSAFE'],
    ['a damaged manifest', 'snapshots/20261124T143000Z-0000abcd.json.gz', 'DK_PRUNE_UNSAFE'],
    ['a manifest encrypted for others', 'snapshots/20261124T143000Z-0000abcd.json.gz.age', 'DK_PRUNE_UNSAFE'],
  ])('stops at %s', async (_what, key, code) => {
    world.clock.advance(48 * HOUR);
    await world.store.put(key, Buffer.from('something'));
    await expect(prune()).rejects.toMatchObject({ code });
    expect(await keysOf(world.store, 'objects/')).toHaveLength(4);
  });

  it('stops when the clocks differ by more than five minutes', async () => {
    const ahead = new TestClock(new Date(world.clock.now().getTime() + 48 * HOUR + 301_000).toISOString());
    world.clock.advance(48 * HOUR);
    await expect(planPrune(await open({ ...world, clock: ahead }))).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
  });

  it('asks before it removes more than half of everything', async () => {
    await deleteSnapshot(await open(world), (await keysOf(world.store, 'snapshots/'))[0]!.slice(10, 35), {
      evenNewest: true,
    });
    world.clock.advance(48 * HOUR);
    await prune();
    world.clock.advance(4 * HOUR);

    expect((await planPrune(await open(world))).needsConfirmation).toBe(true);
    await expect(prune()).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    expect(await prune(true)).toMatchObject({ removed: 4 });
  });

  it('counts what object lock holds as not removed', async () => {
    world.clock.advance(48 * HOUR);
    await prune();
    world.clock.advance(4 * HOUR);
    lockEverything();
    expect(await prune()).toMatchObject({ removed: 0, removedBytes: 0, locked: 1 });
  });

  it('survives damaged marks: they are made again', async () => {
    world.clock.advance(48 * HOUR);
    await prune();
    const [mark] = await keysOf(world.store, 'prune/');
    await world.store.put(mark!, Buffer.from('{"format":1,"candidates":[{"key":"dashkeep.json"}]}'));
    world.clock.advance(4 * HOUR);
    expect(await prune()).toMatchObject({ removed: 0, marked: 1 });
    world.clock.advance(4 * HOUR);
    expect(await prune()).toMatchObject({ removed: 1 });
  });
});
