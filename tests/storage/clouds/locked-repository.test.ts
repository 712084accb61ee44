import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type Clock } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { applyPrune, planPrune, type PruneResult } from '../../../pkg/repository/prune/prune.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { renewLocks } from '../../../pkg/repository/sessions/locks.ts';
import { applyForget, deleteSnapshot, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { lockOf } from '../../../pkg/storage/lock.ts';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import type { Front } from '../../support/clouds/front.ts';
import { startImmutable } from '../../support/clouds/immutable.ts';
import { openWith } from '../../support/clouds/open.ts';
import { startRetaining } from '../../support/clouds/retaining.ts';
import { CLOUDS_INSTALLED, startAzurite, startFakeGcs, type CloudServer } from '../../support/clouds/servers.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';

const DAY = 86_400_000;

let server: CloudServer;
let front: Front;
let prefix: string;
let today: number;
let state: MemoryState;
let stores: ObjectStore[];

const clock: Clock = { ...realClock, now: () => new Date(Date.now() + today * DAY) };
const world = { clock, randomness: realRandomness };

/** Both the machine and the service are that many days on. */
function itIsDay(day: number): void {
  today = day;
  front.ahead = day * DAY;
}

async function openRepository(lock = 'COMPLIANCE:30'): Promise<Repository> {
  const environment = { ...server.through(front.origin), DASHKEEP_S3_OBJECT_LOCK: lock };
  const store = await openWith(`${server.target}/${prefix}`, environment, { clock, log: silentLog });
  stores.push(store);
  return open({ store, ...world }, { state });
}

/** The fewest and most days from now for which the keys of a folder are held, rounded. */
async function heldDays({ store }: Repository, folder: string): Promise<[number, number]> {
  const days: number[] = [];
  for (const key of await keysOf(store, folder)) {
    const until = await lockOf(store)!.heldUntil(key);
    days.push(until === undefined ? 0 : Math.round((until.getTime() - clock.now().getTime()) / DAY));
  }
  return [Math.min(...days), Math.max(...days)];
}

async function pruneOn(day: number): Promise<PruneResult> {
  itIsDay(day);
  const repository = await openRepository();
  return applyPrune(repository, await planPrune(repository), { randomness: realRandomness });
}

const SETTLED = ['objects/', 'snapshots/', 'signatures/', 'dashkeep.json'];

describe.skipIf(!CLOUDS_INSTALLED).each([
  ['Azure', startAzurite, startImmutable],
  ['Google Cloud', startFakeGcs, startRetaining],
] as const)('a repository with object lock on %s', (_, startServer, startFront) => {
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    today = 0;
    state = new MemoryState();
    stores = [];
    prefix = realRandomness.hex(4);
    front = await startFront(server.origin);
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await front.close();
  });

  it('holds all of a backup, and nothing that runs overwrite', async () => {
    const repository = await openRepository();
    await backup(repository, world, { a: { v: 1 }, b: { v: 2 } });
    for (const folder of SETTLED) {
      expect(await heldDays(repository, folder), folder).toEqual([30, 30]);
    }
    expect(await heldDays(repository, 'cache/')).toEqual([0, 0]);
    await backup(repository, world, { a: { v: 1 }, b: { v: 3 } });
    expect(front.kept).toEqual([]);
    expect(await verify(repository, { readData: true })).toMatchObject({ snapshots: 2, objects: 3, problems: [] });
  });

  it.each(['GOVERNANCE:30', 'COMPLIANCE:30'])('holds what a later backup reuses for longer: %s', async (lock) => {
    await backup(await openRepository(lock), world, { reused: { v: 1 } });
    await renewLocks(await openRepository(lock));
    itIsDay(8);
    const repository = await openRepository(lock);
    await backup(repository, world, { reused: { v: 1 } });
    expect(await heldDays(repository, 'objects/')).toEqual([22, 22]);
    expect((await renewLocks(repository)).warnings).toEqual([]);
    for (const folder of SETTLED) {
      expect(await heldDays(repository, folder), folder).toEqual([30, 30]);
    }
    expect(await renewLocks(repository)).toEqual({ renewed: 0, warnings: [] });
  });

  it('locks what could be shortened until then', async () => {
    await backup(await openRepository('GOVERNANCE:30'), world, { a: { v: 1 } });
    itIsDay(20);
    const strict = await openRepository('COMPLIANCE:40');
    expect((await renewLocks(strict)).warnings).toEqual([]);
    expect(await heldDays(strict, 'objects/')).toEqual([40, 40]);
    // Nobody can make that less.
    await renewLocks(await openRepository('GOVERNANCE:10'));
    expect(await heldDays(strict, 'objects/')).toEqual([40, 40]);
  });

  describe('forget and prune', () => {
    let forgotten: string;
    let unneeded: string;

    beforeEach(async () => {
      const repository = await openRepository();
      const { id, resources } = await backup(repository, world, { kept: { v: 1 }, gone: { v: 2 } });
      forgotten = id;
      const { object } = resources.find(({ uid }) => uid === 'gone')!;
      unneeded = `objects/${object.slice(0, 2)}/${object}.json.gz`;
      await backup(repository, world, { kept: { v: 1 } });
    });

    const versions = () => front.kept.map((path) => decodeURIComponent(path).split(`/${prefix}/`)[1]);

    it('leave versions of what is held, and count it as locked', async () => {
      const repository = await openRepository();
      expect(await applyForget(repository, await planForget(repository, { keepLast: 1 }))).toEqual({
        forgotten: [forgotten],
        remaining: [],
      });
      expect(versions()).toContain(`snapshots/${forgotten}.json.gz`);
      expect(await pruneOn(3)).toMatchObject({ removed: 0, hidden: 0, locked: 0, marked: 1 });
      expect(await pruneOn(4)).toMatchObject({ removed: 0, hidden: 0, locked: 1, failed: [] });
      expect(versions()).toContain(unneeded);
      expect(await verify(await openRepository(), { readData: true })).toMatchObject({
        snapshots: 1,
        objects: 1,
        problems: [],
      });
    });

    it('count it as locked without the permission to see how versions are kept', async () => {
      front.hidesSetup = true;
      const repository = await openRepository();
      await applyForget(repository, await planForget(repository, { keepLast: 1 }));
      await pruneOn(3);
      expect(await pruneOn(4)).toMatchObject({ removed: 0, locked: 1, failed: [] });
    });

    it('say that a lock protects it where nothing keeps versions', async () => {
      front.keepsVersions = false;
      const repository = await openRepository();
      expect(await applyForget(repository, await planForget(repository, { keepLast: 1 }))).toEqual({
        forgotten: [],
        remaining: [{ id: forgotten, reason: 'object lock protects it' }],
      });
      await expect(deleteSnapshot(repository, forgotten)).rejects.toMatchObject({ code: 'DK_STORE_LOCKED' });
      await backup(repository, world, { kept: { v: 1 } });
      expect(await pruneOn(3)).toMatchObject({ removed: 0, marked: 0, failed: [] });
      expect(front.kept).toEqual([]);
      expect(await verify(await openRepository(), { readData: true })).toMatchObject({
        snapshots: 3,
        objects: 2,
        problems: [],
      });
    });
  });
});
