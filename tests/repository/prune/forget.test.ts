import { describe, expect, it } from 'vitest';
import { applyForget, deleteSnapshot, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import { keysOf, open } from '../../support/repository/repository.ts';
import { backUp, forgetAllButLast, lockEverything, setUp, shared, world } from './harness.ts';

setUp();

describe('forget', () => {
  it('removes manifests and leaves objects, and the history shows it immediately', async () => {
    await backUp({ ...shared, old: { v: 0 } });
    const newest = await backUp(shared);

    await forgetAllButLast();

    expect((await (await open(world)).snapshots()).map(({ id }) => id)).toEqual([newest.id]);
    expect(await keysOf(world.store, 'objects/')).toHaveLength(4);
  });

  it('forgets nothing when the snapshot it would keep is not whole', async () => {
    await backUp({ old: { v: 0 } });
    const newest = await backUp(shared);
    const object = newest.resources[0]!.object;
    await world.store.deleteMany([`objects/${object.slice(0, 2)}/${object}.json.gz`]);

    await expect(forgetAllButLast()).rejects.toMatchObject({ code: 'DK_INTEGRITY' });
    expect(await keysOf(world.store, 'snapshots/')).toHaveLength(2);
  });

  it('keeps what it cannot read, and names it', async () => {
    const damaged = await backUp({ old: { v: 0 } });
    await backUp(shared);
    await world.store.put(`snapshots/${damaged.id}.json.gz`, Buffer.from('damaged'));
    await world.store.deleteMany(['cache/snapshots.json.gz']);

    const plan = await planForget(await open(world), { keepLast: 1 });
    expect(plan.unreadable).toEqual([damaged.id]);
    expect(plan.forgotten).toEqual([]);
  });

  it('says honestly what object lock has kept', async () => {
    const locked = await backUp({ old: { v: 0 } });
    await backUp(shared);
    lockEverything();

    const repository = await open(world);
    const result = await applyForget(repository, await planForget(repository, { keepLast: 1 }));

    expect(result).toEqual({ forgotten: [], remaining: [{ id: locked.id, reason: 'object lock protects it' }] });
    expect(await repository.snapshots()).toHaveLength(2);
  });

  it('leaves its signature to a manifest that object lock has kept', async () => {
    const locked = await backUp({ old: { v: 0 } });
    await backUp(shared);
    const { store } = world;
    const deleteMany = store.deleteMany.bind(store);
    const problem = { code: 'locked' as const, message: 'retention until 2027' };
    store.deleteMany = async (keys) => [
      ...keys.filter((key) => key.startsWith('snapshots/')).map((key) => ({ key, problem })),
      ...(await deleteMany(keys.filter((key) => !key.startsWith('snapshots/')))),
    ];

    await forgetAllButLast();

    const { author } = await (await open(world)).stored(locked.id);
    expect(author.trusted).toBe(true);
  });

  it('deletes one snapshot by its id, but the newest complete one only by option', async () => {
    const first = await backUp({ old: { v: 0 } });
    const second = await backUp(shared);
    const third = await backUp(shared, 'partial');
    const repository = await open(world);

    await expect(deleteSnapshot(repository, second.id)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_NEWEST' });
    await expect(deleteSnapshot(repository, first.id.slice(0, 20))).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    await deleteSnapshot(repository, first.id);
    await deleteSnapshot(repository, third.id);
    await deleteSnapshot(repository, second.id, { evenNewest: true });

    expect(await keysOf(world.store, 'snapshots/')).toEqual([]);
    expect(await repository.snapshots()).toEqual([]);
  });
});
