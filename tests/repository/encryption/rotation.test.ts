import { describe, expect, it } from 'vitest';
import { copyRepository } from '../../../pkg/repository/copy/copy.ts';
import { rewrap } from '../../../pkg/repository/encryption/rotate.ts';
import { repair } from '../../../pkg/repository/verify/repair.ts';
import { canonicalJson } from '../../../pkg/lib/json/json.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { check } from '../../support/repository/checker.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';
import { alice, bob, checked, dashboards, HOUR, loseState, service, setUp, state, world } from './harness.ts';

setUp();

describe('rotation', () => {
  it('a recipient who is added can read the past after re-wrapping, and one who is removed no more', async () => {
    await backup(await service(), world, dashboards);
    world.clock.advance(HOUR);
    await backup(await service([alice.recipient, bob.recipient]), world, dashboards);
    expect((await checked([bob.identity])).problems).not.toEqual([]);

    const admin = await open(world, {
      recipients: [bob.recipient],
      identities: [alice.identity],
      state,
      rewraps: true,
    });
    const result = await rewrap(admin, { randomness: world.randomness });

    expect(result.failed).toEqual([]);
    expect((await checked([bob.identity])).problems).toEqual([]);
    const { snapshots } = await checked([alice.identity]);
    expect(snapshots).toEqual([]);
    const former = await open(world, { identities: [alice.identity] });
    await expect(former.manifest('latest')).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
  });

  it('the service goes on without storing anything again', async () => {
    await backup(await service(), world, dashboards);
    await rewrap(
      await open(world, { recipients: [bob.recipient], identities: [alice.identity], state, rewraps: true }),
      world,
    );
    const objects = await keysOf(world.store, 'objects/');
    world.clock.advance(HOUR);
    await backup(await service([bob.recipient]), world, dashboards);
    expect(await keysOf(world.store, 'objects/')).toEqual(objects);
    expect((await checked([bob.identity])).problems).toEqual([]);
  });

  it('a repair takes nothing away from others who can still read it', async () => {
    await backup(await service([alice.recipient, bob.recipient]), world, dashboards);
    world.clock.advance(HOUR);
    const changed = { ...dashboards, one: { title: 'Changed' } };
    await backup(await service(), world, changed);
    const others = await open(world, { recipients: [bob.recipient], identities: [bob.identity] });

    const live = async ({ uid }: { uid: string }): Promise<string> =>
      canonicalJson(changed[uid as keyof typeof changed]);
    const { repaired, remaining } = await repair(others, { readData: true, live });

    expect(repaired).toEqual([]);
    expect(remaining.map(({ code }) => code)).toContain('DK_IDENTITY_MISSING');
    expect((await checked()).problems).toEqual([]);
  });

  it('gives back the history to a service that had lost its state', async () => {
    await backup(await service(), world, dashboards);
    loseState();
    world.clock.advance(HOUR);
    await backup(await service(), world, dashboards);
    expect(await (await service()).snapshots()).toHaveLength(1);

    await rewrap(await open(world, { recipients: [alice.recipient], identities: [alice.identity], state }), world);

    expect(await (await service()).snapshots()).toHaveLength(2);
  });

  it('leaves a damaged file as it is and names it, and removes no key', async () => {
    const manifest = await backup(await service(), world, dashboards);
    const { object } = manifest.resources[0]!;
    const key = `objects/${object.slice(0, 2)}/${object}.json.gz.age`;
    const damaged = (await world.store.get(key)).subarray(0, 200);
    await world.store.put(key, damaged);
    const keyFiles = await keysOf(world.store, 'keys/');

    const admin = await open(world, {
      recipients: [bob.recipient],
      identities: [alice.identity],
      state,
      rewraps: true,
    });
    const { failed } = await rewrap(admin, world);

    expect(failed.map((failure) => failure.key)).toEqual([key]);
    expect(await world.store.get(key)).toEqual(damaged);
    expect(await keysOf(world.store, 'keys/')).toEqual(expect.arrayContaining(keyFiles));
  });

  it('a copy into a new repository has new ids and the same content', async () => {
    const first = await backup(await open(world), world, dashboards);
    world.clock.advance(HOUR);
    await backup(await open(world), world, { ...dashboards, one: { title: 'Changed' } });
    const target = { ...world, store: new MemoryStore({ clock: world.clock }) };
    const from = await open(world);
    const into = (): Promise<Awaited<ReturnType<typeof open>>> =>
      open(target, { recipients: [alice.recipient], state: state });

    const result = await copyRepository(from, await into(), world);
    expect(result).toMatchObject({ objects: 3, present: [] });
    expect((await copyRepository(from, await into(), world)).copied).toEqual([]);

    const { snapshots, problems } = await check(
      { keys: () => keysOf(target.store), read: (key) => target.store.get(key) },
      [alice.identity],
    );
    expect(problems).toEqual([]);
    expect(snapshots).toEqual((await checked([])).snapshots);
    expect(snapshots[0]!.id).toBe(first.id);
  });
});
