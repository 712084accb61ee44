import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { holdSnapshot, noteSnapshot, releaseSnapshot } from '../../pkg/repository/holds/holds.ts';
import { applyForget, deleteSnapshot, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { repair } from '../../pkg/repository/verify/repair.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { keysOf, open } from '../support/repository/repository.ts';
import { olderProgram } from '../support/repository/older-program.ts';
import { backUp, forgetAllButLast, HOUR, prune, setUp, shared, world } from './prune/harness.ts';

const DAY = 24 * HOUR;
let first: Manifest;

setUp();
beforeEach(async () => {
  first = await backUp({ ...shared, old: { v: 'only here' } });
  await backUp(shared);
});

async function hold(id = first.id, until?: Date): Promise<void> {
  await holdSnapshot(await open(world), id, { note: 'for the audit', by: 'alice', until }, world);
}

/** Both phases of a prune, with the time between them. */
async function pruneTwice(): Promise<void> {
  world.clock.advance(50 * HOUR);
  await prune();
  world.clock.advance(5 * HOUR);
  await prune();
}

/** Every snapshot that there is can be restored; these are their ids, oldest first. */
async function whole(): Promise<string[]> {
  const repository = await open(world);
  expect((await verify(repository, { readData: true })).problems).toEqual([]);
  return (await repository.snapshots({ whole: true })).map(({ id }) => id).reverse();
}

describe('a snapshot on hold', () => {
  it('stays through retention, forget by its ID and prune, until it is released', async () => {
    await hold();
    const repository = await open(world);
    const plan = await planForget(repository, { keepLast: 1 });
    expect(plan.forgotten).toEqual([]);
    expect(plan.kept.at(-1)).toMatchObject({ id: first.id, reasons: ['on hold'] });
    await expect(deleteSnapshot(repository, first.id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_HELD' });
    await forgetAllButLast();
    await pruneTwice();
    expect(await whole()).toContain(first.id);

    await releaseSnapshot(await open(world), first.id, { by: 'bob' });
    await forgetAllButLast();
    await pruneTwice();
    expect(await whole()).not.toContain(first.id);
    expect(await keysOf(world.store, 'snapshots/')).toHaveLength(1);
    expect(await keysOf(world.store, 'signatures/notes/')).toEqual([]);
    expect(await keysOf(world.store, 'objects/')).toHaveLength(3);
  });

  it('gets a damaged manifest back from its hold in a repair', async () => {
    await hold();
    await world.store.put(`snapshots/${first.id}.json.gz`, Buffer.from('damaged, and long enough'));
    const repository = await open(world);
    const live = (): Promise<undefined> => Promise.resolve(undefined);

    expect(await repair(repository, { live })).toMatchObject({ repaired: [{ snapshots: [first.id] }], remaining: [] });

    expect(await whole()).toContain(first.id);
    expect(await repository.manifest(first.id)).toEqual(first);
  });

  it.each(['cut', 'gone'] as const)('gets a copy of its manifest that is %s back in a verification', async (how) => {
    await hold();
    const [copy = ''] = await keysOf(world.store, 'snapshots/hold-');
    const bytes = await world.store.get(copy);
    await world.store.deleteMany([copy]);
    if (how === 'cut') {
      await world.store.put(copy, bytes.subarray(0, 200));
    }
    expect((await verify(await open(world))).problems).toEqual([]);
    expect(await world.store.get(copy)).toEqual(bytes);
  });

  it('says who placed the hold, why, since when and until when', async () => {
    const until = new Date(world.clock.now().getTime() + DAY);
    await hold('latest', until);
    const since = world.clock.now().toISOString();
    const [newest, oldest] = await (await open(world)).snapshots();
    expect(newest?.hold).toEqual({ note: 'for the audit', by: 'alice', since, until: until.toISOString() });
    expect(oldest?.hold).toBeNull();
  });

  it('is free again after its end, by the clock of the target', async () => {
    await hold(first.id, new Date(world.clock.now().getTime() + DAY));
    const clock = { ...world.clock, now: () => new Date(world.clock.now().getTime() + 2 * DAY) };
    const early = await open({ ...world, clock: Object.assign(Object.create(world.clock), clock) });
    expect((await planForget(early, { keepLast: 1 })).forgotten).toEqual([]);

    world.clock.advance(DAY);
    await forgetAllButLast();
    expect(await whole()).not.toContain(first.id);
    expect(await keysOf(world.store, 'signatures/notes/')).toEqual([]);
  });

  it('stays for as long as the last word says', async () => {
    await hold(first.id, new Date(world.clock.now().getTime() + DAY));
    await hold();
    world.clock.advance(2 * DAY);
    await forgetAllButLast();
    expect(await whole()).toContain(first.id);

    await hold(first.id, new Date(world.clock.now().getTime() + DAY));
    world.clock.advance(2 * DAY);
    await forgetAllButLast();
    expect(await whole()).not.toContain(first.id);
  });

  it('is refused for an end in the past, a note of several lines, and a damaged snapshot', async () => {
    await expect(hold(first.id, world.clock.now())).rejects.toMatchObject({ code: 'DK_USAGE' });
    const request = { note: 'one\ntwo' };
    await expect(holdSnapshot(await open(world), first.id, request, world)).rejects.toMatchObject({ code: 'DK_USAGE' });
    await world.store.put(`snapshots/${first.id}.json.gz`, Buffer.from('damaged'));
    await expect(hold()).rejects.toMatchObject({ code: 'DK_MANIFEST_DAMAGED' });
    await expect(releaseSnapshot(await open(world), first.id, {})).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
  });
});

describe('a hold that is placed while snapshots are removed', () => {
  /** Calls that once, before or after the next removal of manifests. */
  function meanwhile(when: 'before' | 'after', action: () => Promise<void>): void {
    const { store } = world;
    const deleteMany = store.deleteMany.bind(store);
    store.deleteMany = async (keys, options) => {
      store.deleteMany = deleteMany;
      if (when === 'before') {
        await action();
      }
      const results = await deleteMany(keys, options);
      if (when === 'after') {
        await action();
      }
      return results;
    };
  }

  it.each(['by rules', 'by its ID'])('keeps the snapshot (%s)', async (how) => {
    const repository = await open(world);
    const plan = await planForget(repository, { keepLast: 1 });
    meanwhile('before', () => hold());
    if (how === 'by rules') {
      const { forgotten, remaining } = await applyForget(repository, plan);
      expect([forgotten, remaining]).toEqual([[], [{ id: first.id, reason: 'it is on hold' }]]);
    } else {
      await expect(deleteSnapshot(repository, first.id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_HELD' });
    }
    await pruneTwice();
    expect(await whole()).toContain(first.id);
  });

  it('keeps it, if the process that removes it is killed', async () => {
    const repository = await open(world);
    const plan = await planForget(repository, { keepLast: 1 });
    meanwhile('before', async () => {
      await hold();
      world.store.list = () => {
        throw new Error('killed');
      };
    });
    const list = world.store.list.bind(world.store);
    await expect(applyForget(repository, plan)).rejects.toThrow('killed');
    world.store.list = list;
    expect(await keysOf(world.store, `snapshots/${first.id}`)).toEqual([]);
    await pruneTwice();
    expect(await whole()).toContain(first.id);
  });

  it('finds no snapshot once it is gone', async () => {
    const repository = await open(world);
    const plan = await planForget(repository, { keepLast: 1 });
    meanwhile('after', () => expect(hold()).rejects.toMatchObject({ code: 'DK_NOT_FOUND' }));
    expect((await applyForget(repository, plan)).forgotten).toEqual([first.id]);
  });
});

describe('an older program beside', () => {
  it('prunes nothing while a snapshot is on hold, and the manifest that it removed returns', async () => {
    await hold();
    const older = await olderProgram(world);
    await older.forgetAllButLast();
    expect(await keysOf(world.store, `snapshots/${first.id}`)).toEqual([]);
    world.clock.advance(50 * HOUR);
    await expect(older.prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    world.clock.advance(5 * HOUR);
    await expect(older.prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });

    await pruneTwice();
    expect(await whole()).toContain(first.id);
    const { hold: shown, signed } = (await (await open(world)).snapshots({ whole: true })).at(-1)!;
    expect([shown?.note, signed]).toEqual(['for the audit', true]);
  });

  it.each(['by its ID', 'by a verification'])('loses no snapshot on hold: it is found %s', async (how) => {
    await hold();
    await (await olderProgram(world)).forgetAllButLast();
    const repository = await open(world);
    if (how === 'by its ID') {
      expect((await repository.stored(first.id)).manifest.resources).toHaveLength(4);
    } else {
      expect(await verify(repository, { readData: true })).toMatchObject({ snapshots: 2, problems: [] });
    }
    expect((await repository.snapshots()).map(({ id }) => id)).toContain(first.id);
  });

  it('prunes nothing that it marked before the hold', async () => {
    const older = await olderProgram(world);
    await backUp({ ...shared, gone: { v: 'unneeded' } });
    await backUp(shared);
    await older.forget(await older.planForget({ keepLast: 3 }));
    world.clock.advance(50 * HOUR);
    await older.prune();
    world.clock.advance(5 * HOUR);
    await hold(first.id).catch(() => undefined);
    await older.forgetAllButLast();
    await older.prune().catch(() => undefined);
    await backUp(shared);
    expect((await verify(await open(world), { readData: true })).problems).toEqual([]);
  });

  it.each([0, 1])('stops no prune of this one, if a hold is killed after %d of its files', async (files) => {
    const put = world.store.put.bind(world.store);
    let left = files;
    world.store.put = (key, ...rest) => {
      if (key.includes(first.id) && left-- === 0) {
        throw new Error('killed');
      }
      return put(key, ...rest);
    };
    await expect(hold()).rejects.toThrow('killed');
    world.store.put = put;
    await (await olderProgram(world)).forgetAllButLast();
    await pruneTwice();
    await whole();
  });

  it('works as before once the snapshot is released', async () => {
    await hold();
    await releaseSnapshot(await open(world), first.id, {});
    await noteSnapshot(await open(world), 'latest', { note: 'only a note' }, {});
    const older = await olderProgram(world);
    await older.forgetAllButLast();
    world.clock.advance(50 * HOUR);
    await older.prune();
    world.clock.advance(5 * HOUR);
    expect(await older.prune()).toMatchObject({ removed: 1 });
    expect(await whole()).not.toContain(first.id);
  });
});

describe('a note', () => {
  it('is shown, replaced and removed, and goes with its snapshot', async () => {
    const note = async (text: string): Promise<void> => {
      await noteSnapshot(await open(world), first.id, { note: text, by: 'alice' }, {});
      world.clock.advance(HOUR);
    };
    const shown = async (): Promise<unknown> => (await (await open(world)).snapshots()).at(-1)?.note;
    await note('first');
    const time = world.clock.now().toISOString();
    await note('before the upgrade');
    expect(await shown()).toEqual({ text: 'before the upgrade', by: 'alice', time });
    await note('');
    expect(await shown()).toBeUndefined();

    await note('keeps nothing');
    await forgetAllButLast();
    expect(await keysOf(world.store, 'signatures/notes/')).toEqual([]);
    expect(await whole()).toHaveLength(1);
  });
});
