import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { compactTime, timeOfId } from '../../../pkg/repository/layout.ts';
import { compareClocks } from '../../../pkg/repository/clocks.ts';
import { deleteSnapshot, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { backup, open, SeededRandomness, TestClock, type World } from '../../support/repository/repository.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

let world: World & { store: MemoryStore };
let real: Manifest;
let misdated: Manifest;

/** A machine whose clock is off, with the state of the others. */
function machine(off: number): World & { store: MemoryStore } {
  return { ...world, clock: new TestClock(new Date(world.clock.now().getTime() + off).toISOString()) };
}

function openAs(off: number, more: { state?: MemoryState; ignoreClock?: boolean } = {}): Promise<Repository> {
  return open(machine(off), more);
}

const OFFSETS = [
  ['right', 0],
  ['an hour ahead', HOUR],
  ['an hour behind', -HOUR],
  ['a year ahead', YEAR],
  ['a year behind', -YEAR],
] as const;

describe.each([
  ['an hour', HOUR],
  ['a year', YEAR],
])('after a backup by a clock %s ahead', (_name, ahead) => {
  beforeEach(async () => {
    const clock = new TestClock();
    world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
    real = await backup(await open(world), world, { a: { v: 1 } });
    clock.advance(10 * MINUTE);
    misdated = await backup(await openAs(ahead), machine(ahead), { a: { v: 2 } });
    clock.advance(10 * MINUTE);
  });

  it.each(OFFSETS)('a clock that is %s does not take it for the latest', async (_what, off) => {
    const repository = await openAs(off);
    expect((await repository.manifest('latest')).id).toBe(real.id);
    expect((await repository.previousManifest())?.id).toBe(real.id);
    const snapshots = await repository.snapshots();
    expect(snapshots.map(({ id, future }) => [id, future])).toEqual([
      [misdated.id, true],
      [real.id, undefined],
    ]);
    const plan = await planForget(repository, { keepLast: 1 });
    expect(plan.kept.map(({ id, why }) => [id, why.map(({ code }) => code)])).toEqual([
      [misdated.id, ['kept-future']],
      [real.id, ['newest-complete', 'kept-by-rule']],
    ]);
    expect((await verify(repository)).problems).toMatchObject([
      { code: 'DK_SNAPSHOT_FUTURE', snapshots: [misdated.id] },
    ]);
    await expect(deleteSnapshot(repository, real.id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_NEWEST' });
    await deleteSnapshot(repository, misdated.id);
    expect((await repository.manifest('latest')).id).toBe(real.id);
  });

  it('no rule removes a real one by the clock that dated it, even if clocks are ignored', async () => {
    const plan = planForget(await openAs(ahead, { ignoreClock: true }), { keepLast: 1 });
    await expect(plan).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
    expect((await planForget(await openAs(0, { ignoreClock: true }), { keepLast: 1 })).forgotten).toEqual([]);
  });

  it('its id still finds it', async () => {
    expect((await (await open(world)).manifest(misdated.id)).id).toBe(misdated.id);
  });

  it('the next backup is the latest, and goes on from a real one', async () => {
    const next = await backup(await open(world), world, { a: { v: 3 } });
    expect((await (await open(world)).manifest('latest')).id).toBe(next.id);
  });

  it('counts once its time has come', async () => {
    world.clock.advance(ahead);
    const repository = await open(world);
    expect((await repository.manifest('latest')).id).toBe(misdated.id);
    expect((await verify(repository)).problems).toEqual([]);
  });

  it('is nothing that another machine may not remove', async () => {
    await backup(await open(world), world, { a: { v: 3 } });
    await deleteSnapshot(await open(world, { state: new MemoryState() }), misdated.id);
    const { all } = await (await open(world)).inspect();
    expect(all).toEqual([]);
  });

  it('what a machine remembered of it is forgotten with the next backup', async () => {
    const target = (await open(world)).trust.keys.target!;
    expect((await target.read())?.newest).toBe(misdated.id);
    await deleteSnapshot(await open(world, { state: new MemoryState() }), misdated.id);
    expect((await (await open(world)).inspect()).all).toEqual([]);
    const next = await backup(await open(world), world, { a: { v: 3 } });
    expect((await target.read())?.newest).toBe(next.id);
  });
});

it('a snapshot made while the target’s clock was ahead, too, does not count either', async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  await backup(await open(world), world, { a: { v: 1 } });
  clock.advance(YEAR);
  misdated = await backup(await open(world), world, { a: { v: 2 } });
  clock.advance(10 * MINUTE - YEAR);

  const next = await backup(await open(world), world, { a: { v: 3 } });
  const repository = await open(world);
  expect((await repository.manifest('latest')).id).toBe(next.id);
  expect((await repository.snapshots()).filter(({ future }) => future === true).map(({ id }) => id)).toEqual([
    misdated.id,
  ]);
});

describe('compareClocks', () => {
  beforeEach(() => {
    const clock = new TestClock();
    world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  });

  it.each([
    [0, undefined],
    [59_000, undefined],
    [-59_000, undefined],
    [90_000, 'clock-apart-target'],
    [-90_000, 'clock-apart-target'],
    [299_000, 'clock-apart-target'],
  ])('a clock off by %i ms is warned of from a minute on', async (off, code) => {
    expect((await compareClocks(await openAs(off)))?.code).toBe(code);
  });

  it.each([301_000, -301_000, HOUR, -HOUR, YEAR, -YEAR])('a clock off by %i ms is refused', async (off) => {
    await expect(compareClocks(await openAs(off))).rejects.toMatchObject({ code: 'DK_CLOCK_SKEW' });
    expect((await compareClocks(await openAs(off, { ignoreClock: true })))?.code).toBe('clock-apart-target');
  });

  it('says that it is this clock where target and Grafana agree', async () => {
    await expect(compareClocks(await openAs(HOUR), { grafanaAhead: -HOUR })).rejects.toMatchObject({
      why: { code: 'clock-here-off' },
    });
  });

  it('only warns of Grafana’s clock where the target agrees with this one', async () => {
    expect((await compareClocks(await openAs(0), { grafanaAhead: HOUR }))?.code).toBe('clock-apart-grafana');
  });

  it('goes by Grafana’s clock where the target has no clock', async () => {
    Object.defineProperty(world.store, 'localClock', { value: true });
    expect(await compareClocks(await openAs(HOUR))).toBeUndefined();
    await expect(compareClocks(await openAs(HOUR), { grafanaAhead: -HOUR })).rejects.toMatchObject({
      why: { code: 'clock-apart-grafana' },
    });
  });

  it('asks the target once', async () => {
    let asked = 0;
    const { store } = world;
    const clock = store.clock.bind(store);
    store.clock = (options) => {
      asked++;
      return clock(options);
    };
    await compareClocks(await openAs(0));
    expect(asked).toBe(1);
  });
});

/** @returns the ID of a restore on a machine whose clock is off, which ignores that if it has to */
async function restore(off: number): Promise<string> {
  const repository = await openAs(off, { ignoreClock: Math.abs(off) > 5 * MINUTE });
  const asked = { kind: 'restore', trigger: 'manual', signal: new AbortController().signal } as const;
  return recordRun({ ...machine(off), repository, log: silentLog }, asked, async ({ id: value }) => ({
    ...{ value, status: 'complete', counts: {}, errors: [] },
  }));
}

it.each([YEAR, -YEAR])('a restore by a clock that is off by %i ms is not dated so in a bucket', async (off) => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  await backup(await open(world), world, { a: { v: 1 } });
  const runs: string[] = [];
  for (const by of [0, off, 0]) {
    runs.push(await restore(by));
    clock.advance(MINUTE);
  }
  expect(runs.toSorted()).toEqual(runs);
  expect(Math.abs(timeOfId(runs[1]!).getTime() - clock.now().getTime())).toBeLessThan(5 * MINUTE);
});

it('a restore follows one that a clock some minutes ahead dated, but no record that no trusted key signed', async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  await backup(await open(world), world, { a: { v: 1 } });
  const planted = compactTime(new Date(clock.now().getTime() + 5 * MINUTE));
  await world.store.put(`runs/${planted}-00000000.json`, Buffer.from('{}'));
  const first = await restore(4 * MINUTE);
  const second = await restore(-4 * MINUTE);
  expect([first, second, planted].toSorted()).toEqual([first, second, planted]);
});
