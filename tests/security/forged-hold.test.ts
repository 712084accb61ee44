import { beforeEach, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { holdSnapshot, releaseSnapshot } from '../../pkg/repository/holds/holds.ts';
import { applyForget, deleteSnapshot, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune } from '../../pkg/repository/prune/prune.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may put files into the bucket, but remove none, ends holds, so that retention removes what is on hold; or
 * makes holds up.
 */
const DAY = 86_400_000;
let world: World & { store: MemoryStore };
let made: Manifest[];

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  made = [];
  for (let day = 0; day < 3; day++) {
    made.push(await backup(await open(world), world, { a: { v: day } }));
    clock.advance(DAY);
  }
});

async function hold(id: string, days?: number): Promise<void> {
  const until = days === undefined ? undefined : new Date(world.clock.now().getTime() + days * DAY);
  await holdSnapshot(await open(world), id, { note: 'secret', until }, world);
}

async function forgotten(): Promise<string[]> {
  const repository = await open(world);
  return (await applyForget(repository, await planForget(repository, { keepLast: 1 }))).forgotten;
}

async function shown(id: string): Promise<unknown> {
  return (await (await open(world)).snapshots({ whole: true })).find((one) => one.id === id)?.hold;
}

const notes = (id: string): Promise<string[]> => keysOf(world.store, `signatures/notes/${id}`);

it.each([
  ['nobody', undefined],
  ['a key that is not trusted', new MemoryState()],
])('a snapshot that %s signed is not put on hold', async (_who, state) => {
  const { id } = await backup(await open(world, { state }), world, { forged: { v: 1 } });
  await expect(hold(id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
  expect(await notes(id)).toEqual([]);
});

it('what spoils a hold does not end it, and is not shown as its words', async () => {
  const [first] = made as [Manifest];
  await hold(first.id);
  const [key] = (await notes(first.id)) as [string];
  const signed = JSON.parse((await world.store.get(key)).toString()) as Record<string, unknown>;
  const time = world.clock.now().toISOString();
  for (const forged of ['junk', { ...signed, released: { time } }, { ...signed, until: time, note: 'forged' }]) {
    await world.store.put(key, Buffer.from(typeof forged === 'string' ? forged : JSON.stringify(forged)));
    world.clock.advance(DAY);
    expect(await forgotten()).not.toContain(first.id);
    expect(await shown(first.id)).toMatchObject({ note: '', unverified: true });
    await expect(deleteSnapshot(await open(world), first.id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_HELD' });
  }
});

it('an earlier hold that ended, or a release, ends no other hold when it is put in its place', async () => {
  const [first] = made as [Manifest];
  await hold(first.id, 1);
  const [short] = (await notes(first.id)) as [string];
  const [ending] = [await world.store.get(short)];
  await hold(first.id);
  const long = (await notes(first.id)).find((key) => key !== short)!;
  const released = await world.store.get(short);
  world.clock.advance(2 * DAY);
  for (const earlier of [ending, released]) {
    await world.store.put(long, earlier);
    expect(await forgotten()).not.toContain(first.id);
  }
});

it('a key that is not trusted releases nothing', async () => {
  const [first] = made as [Manifest];
  await hold(first.id);
  const state = new MemoryState();
  const release = async (): Promise<unknown> => releaseSnapshot(await open(world, { state }), first.id, {});
  await expect(release()).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
  await backup(await open(world, { state }), world, { a: { v: 'of a stranger' } });
  await release();
  expect(await forgotten()).not.toContain(first.id);
});

it('a hold that was made up keeps more, and no less, until a person releases it', async () => {
  const [first] = made as [Manifest];
  await world.store.put(`snapshots/hold-${first.id}.0badc0de.json.gz`, Buffer.from('junk'));
  expect(await forgotten()).toEqual([made[1]!.id]);
  const { store, randomness } = world;
  world.clock.advance(3 * DAY);
  const repository = await open({ ...world, store });
  await applyPrune(repository, await planPrune(repository), { randomness });
  await releaseSnapshot(await open(world), first.id, {});
  expect(await forgotten()).toEqual([first.id]);
});

it('a hold that was made up brings back no snapshot that was removed', async () => {
  const [first] = made as [Manifest];
  const manifest = await world.store.get(`snapshots/${first.id}.json.gz`);
  expect(await forgotten()).toContain(first.id);
  await world.store.put(`snapshots/hold-${first.id}.0badc0de.json.gz`, manifest);
  await backup(await open(world), world, { a: { v: 3 } });
  expect(await keysOf(world.store, `snapshots/${first.id}`)).toEqual([]);
  // What it needs cannot be told from what a snapshot on hold needs.
  await planPrune(await open(world));
});
