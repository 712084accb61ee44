import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { applyForget, deleteSnapshot, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import { compactTime, timeOfId } from '../../../pkg/repository/layout.ts';
import { applyPrune, planPrune, type PruneResult } from '../../../pkg/repository/prune/prune.ts';
import { ownerHere, type ServiceIdentity } from '../../../pkg/repository/sessions/owner.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import {
  backup,
  keysOf,
  open,
  SeededRandomness,
  TestClock,
  type Dashboards,
  type World,
} from '../../support/repository/repository.ts';

const HOUR = 3_600_000;
let world: World & { store: MemoryStore };

beforeEach(() => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
});

async function backUp(dashboards: Dashboards, status: Manifest['status'] = 'complete'): Promise<Manifest> {
  const manifest = await backup(await open(world), world, dashboards, { status });
  world.clock.advance(HOUR);
  return manifest;
}

async function prune(confirmed = false): Promise<PruneResult> {
  const repository = await open(world);
  return applyPrune(repository, await planPrune(repository), { randomness: world.randomness, confirmed });
}

async function forgetAllButLast(): Promise<void> {
  const repository = await open(world);
  await applyForget(repository, await planForget(repository, { keepLast: 1 }));
}

const shared = { a: { v: 1 }, b: { v: 2 }, c: { v: 3 } };

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

  it('deletes one snapshot by its id, but the newest complete one only when told so', async () => {
    const first = await backUp({ old: { v: 0 } });
    const second = await backUp(shared);
    const third = await backUp(shared, 'partial');
    const repository = await open(world);

    await expect(deleteSnapshot(repository, second.id)).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
    await expect(deleteSnapshot(repository, first.id.slice(0, 20))).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    await deleteSnapshot(repository, first.id);
    await deleteSnapshot(repository, third.id);
    await deleteSnapshot(repository, second.id, { evenNewest: true });

    expect(await keysOf(world.store, 'snapshots/')).toEqual([]);
    expect(await repository.snapshots()).toEqual([]);
  });
});

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

    expect(await prune()).toMatchObject({ removed: 0, marked: 0 });
    world.clock.advance(48 * HOUR);
    expect(await prune()).toMatchObject({ removed: 0, marked: 1 });
  });

  it('gives way to a backup at work, and to one that cannot be told', async () => {
    world.clock.advance(48 * HOUR);
    const repository = await open(world);
    const session = await repository.openSession({ id: '20261127T000000Z-0000abcd', kind: 'backup' });
    await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    await session.end();
    await world.store.put('sessions/20261127T000000Z-0000abce.json', Buffer.from('{'));
    await expect(prune()).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    expect(await keysOf(world.store, 'prune/')).toEqual([]);
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
        hint: expect.stringContaining('retry in 9 minutes'),
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

  describe('of what runs leave behind', () => {
    const idOf = (daysAgo: number, n: number): string =>
      `${compactTime(new Date(world.clock.now().getTime() - daysAgo * 24 * HOUR))}-${n.toString(16).padStart(8, '0')}`;
    const record = (id: string): RunRecord => ({
      id,
      kind: 'backup',
      status: 'complete',
      trigger: 'scheduled',
      started: timeOfId(id).toISOString(),
      counts: {},
      errors: [],
    });

    it('keeps the records of ninety days, of the newest thousand runs, and of snapshots that are there', async () => {
      const repository = await open(world);
      const kept = (await keysOf(world.store, 'snapshots/'))[0]!.slice(10, 35);
      const old = Array.from({ length: 5 }, (_, n) => idOf(0, n).replace(/^2026/, '2025'));
      for (const id of [kept, ...old]) {
        await repository.writeRun(record(id));
      }
      world.clock.advance(100 * 24 * HOUR);
      for (let n = 0; n < 996; n++) {
        await world.store.put(`runs/${idOf(0, n)}.json`, Buffer.from(JSON.stringify(record(idOf(0, n)))));
      }
      expect((await planPrune(await open(world))).runs).toEqual(old.slice(0, 2).map((id) => `runs/${id}.json`));
      expect(await prune()).toMatchObject({ runs: 2, failed: [] });
      expect((await (await open(world)).runs()).at(-1)!.id).toBe(old[2]);

      for (let n = 996; n < 1100; n++) {
        await world.store.put(`runs/${idOf(0, n)}.json`, Buffer.from(JSON.stringify(record(idOf(0, n)))));
      }
      expect(await prune()).toMatchObject({ runs: 3 });
      expect(await keysOf(world.store, 'runs/')).toHaveLength(1101);
      expect(await keysOf(world.store, 'runs/')).toContain(`runs/${kept}.json`);
      expect((await (await open(world)).runs()).map(({ id }) => id)).not.toContain(old[2]);
    });

    it('removes caches and probes that nobody uses, and no others', async () => {
      await verify(await open(world), { readData: { percent: 50 } });
      const used = await keysOf(world.store, 'cache/');
      for (const key of ['cache/snapshots.json.gz.age', 'cache/of-before.json', 'probe/00ff/a.json']) {
        await world.store.put(key, Buffer.from('{}'));
      }
      expect((await planPrune(await open(world))).leftOvers).toEqual([]);
      world.clock.advance(8 * 24 * HOUR);
      expect(await prune()).toMatchObject({ leftOvers: 3 });
      expect(await keysOf(world.store, 'cache/')).toEqual(used);
      expect(await keysOf(world.store, 'probe/')).toEqual([]);
    });
  });

  it('removes the sessions of the long dead', async () => {
    await world.store.put('sessions/20261127T000000Z-0000abce.json', Buffer.from('{}'));
    world.clock.advance(8 * 24 * HOUR);
    await prune();
    expect(await keysOf(world.store, 'sessions/')).toEqual([]);
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

function lockEverything(): void {
  world.store.deleteMany = async (keys) =>
    keys.map((key) => ({ key, problem: { code: 'locked', message: 'retention until 2027' } }));
}
