import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { applyPrune, planPrune, type PruneResult } from '../../../pkg/repository/prune/prune.ts';
import { ownerHere, type ServiceIdentity } from '../../../pkg/repository/sessions/owner.ts';
import { keysOf, open } from '../../support/repository/repository.ts';
import { backUp, forgetAllButLast, HOUR, prune, setUp, shared, world } from './harness.ts';

setUp();

describe('prune, with sessions in the repository,', () => {
  beforeEach(async () => {
    await backUp({ ...shared, old: { v: 0 } });
    await backUp(shared);
    await forgetAllButLast();
  });

  it('gives way to a backup at work, and to one whose file cannot be read', async () => {
    world.clock.advance(48 * HOUR);
    const repository = await open(world);
    const session = await repository.openSession({ id: '20261127T000000Z-0000abcd', kind: 'backup' });
    await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    await session.end();
    await world.store.put('sessions/20261127T000000Z-0000abce.json', Buffer.from('{'));
    await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    expect(await keysOf(world.store, 'prune/')).toEqual([]);
  });

  describe('on a store that briefly answers 404 for an object that is being overwritten', () => {
    const ID = '20261127T000000Z-0000abcd';

    /** As Ceph 16 does in a bucket with versions, for that many reads. Its listing shows the object all the time. */
    function absentFor(reads: number): void {
      const get = world.store.get.bind(world.store);
      world.store.get = (key, options) =>
        key === `sessions/${ID}.json` && reads-- > 0
          ? Promise.reject(new DashkeepError('DK_STORE_NOT_FOUND', `${key} is not there`))
          : get(key, options);
    }

    it.each([1, Infinity])('gives way to a backup at work, absent for %s reads', async (reads) => {
      const repository = await open(world);
      const session = await repository.openSession({ id: ID, kind: 'backup' });
      absentFor(reads);
      await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
      await session.end();
      world.clock.advance(48 * HOUR);
      expect(await prune()).toMatchObject({ marked: 1 });
    });

    it('does not wait for a session that ends after it was listed', async () => {
      world.clock.advance(48 * HOUR);
      const session = await (await open(world)).openSession({ id: ID, kind: 'backup' });
      const get = world.store.get.bind(world.store);
      world.store.get = async (key, options) => {
        if (key === `sessions/${ID}.json`) {
          await session.end();
        }
        return get(key, options);
      };
      expect(await prune()).toMatchObject({ marked: 1 });
    });
  });

  it('goes on when the session is of a run that died', async () => {
    await world.store.put('sessions/20261127T000000Z-0000abce.json', Buffer.from('{"id":"x","kind":"backup"}'));
    world.clock.advance(48 * HOUR);
    expect(await prune()).toMatchObject({ marked: 1 });
  });

  describe('while a session is fresh', () => {
    const ID = '20261127T000000Z-0000abce';
    const here = ownerHere();
    const elsewhere = { ...here, space: 'another boot' };

    async function leaveSession(owner: object): Promise<void> {
      world.clock.advance(48 * HOUR);
      const file = { id: ID, kind: 'backup', started: '', heartbeat: '', owner };
      await world.store.put(`sessions/${ID}.json`, Buffer.from(JSON.stringify(file)));
    }

    /** As a service that was restarted prunes. */
    async function pruneAs(identity: ServiceIdentity): Promise<PruneResult> {
      const repository = await open(world, { identity });
      return applyPrune(repository, await planPrune(repository), { randomness: world.randomness });
    }

    it('does not wait for a process of this machine that has ended, and removes its session', async () => {
      const child = spawn(process.execPath, ['-e', '']);
      await once(child, 'exit');
      await leaveSession({ ...here, pid: child.pid, began: '1' });
      expect(await prune()).toMatchObject({ marked: 1 });
      expect(await keysOf(world.store, 'sessions/')).toEqual([]);
    });

    it('does not take a later process with the same number for it', async () => {
      await leaveSession({ ...here, began: '1' });
      expect(await prune()).toMatchObject({ marked: 1 });
    });

    it('gives way to a process of this machine that is there', async () => {
      await leaveSession(here);
      await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    });

    it('gives way to one of another machine, and says where it is and how long to wait', async () => {
      await leaveSession({ ...elsewhere, host: 'laptop', pid: 2 ** 22 + 1 });
      world.clock.advance(90_000);
      await expect(prune()).rejects.toMatchObject({
        code: 'DK_PRUNE_UNSAFE',
        message: expect.stringMatching(
          /^a backup \(20261127T000000Z-0000abce\) is in progress on laptop \(process \d+\), /,
        ),
        hint: expect.stringContaining('retry in 9 min'),
      });
      expect(await keysOf(world.store, 'sessions/')).toHaveLength(1);
    });

    it('does not wait for what the same service left before it was restarted', async () => {
      await leaveSession({ ...elsewhere, service: 'one' });
      await expect(pruneAs({ service: 'two', sole: true })).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
      expect(await pruneAs({ service: 'one', sole: true })).toMatchObject({ marked: 1 });
    });

    it('gives another replica of the same service five minutes, because it may still be at work', async () => {
      await leaveSession({ ...elsewhere, service: 'one' });
      const replica = { service: 'one', sole: false };
      await expect(pruneAs(replica)).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
      world.clock.advance(5 * 60_000);
      await expect(pruneAs({ service: 'two', sole: false })).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
      expect(await pruneAs(replica)).toMatchObject({ marked: 1 });
    });

    it('gives way to the same service on another host', async () => {
      await leaveSession({ ...elsewhere, service: 'one', host: 'other' });
      await expect(pruneAs({ service: 'one', sole: true })).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    });

    it('lets a backup begin after a prune that was killed', async () => {
      const file = { id: ID, kind: 'prune', started: '', heartbeat: '', owner: { ...here, began: '1' } };
      await world.store.put(`sessions/${ID}.json`, Buffer.from(JSON.stringify(file)));
      await (await (await open(world)).openSession({ id: '20261127T000001Z-0000abcd', kind: 'backup' })).end();
    });
  });

  it.each([
    ['it was paused for minutes', async () => world.clock.advance(5 * 60_000)],
    [
      'a backup has begun on a machine that does not wait for it',
      () => world.store.put('sessions/20261127T000000Z-0000abce.json', Buffer.from('{"id":"x","kind":"backup"}')),
    ],
  ])('deletes nothing when, after it has looked at the objects, %s', async (_what, happen) => {
    world.clock.advance(48 * HOUR);
    await prune();
    world.clock.advance(4 * HOUR);
    const objects = await keysOf(world.store, 'objects/');
    const repository = await open(world);
    const plan = await planPrune(repository);
    expect(plan.remove).toHaveLength(1);
    const list = world.store.list.bind(world.store);
    world.store.list = async function* (prefix, options) {
      yield* list(prefix, options);
      if (prefix.startsWith('objects/')) {
        await happen();
      }
    };
    const { randomness } = world;
    await expect(applyPrune(repository, plan, { randomness })).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    expect(await keysOf(world.store, 'objects/')).toEqual(objects);
  });

  it('removes the sessions of the long dead', async () => {
    await world.store.put('sessions/20261127T000000Z-0000abce.json', Buffer.from('{}'));
    world.clock.advance(8 * 24 * HOUR);
    await prune();
    expect(await keysOf(world.store, 'sessions/')).toEqual([]);
  });
});
