import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, type Clock } from '../../../pkg/contract/ports.ts';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { holdSnapshot } from '../../../pkg/repository/holds/holds.ts';
import { applyForget, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import { renewLocks } from '../../../pkg/repository/sessions/locks.ts';
import { applyPrune, planPrune, type PruneResult } from '../../../pkg/repository/prune/prune.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { lockOf } from '../../../pkg/storage/lock.ts';
import { openStore } from '../../../pkg/storage/open.ts';
import type { ObjectLock } from '../../../pkg/storage/object-lock.ts';
import { budget } from '../../support/budget.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';
import { storageOf } from '../../support/s3/settings-of.ts';
import { startS3Server } from '../../support/s3/server.ts';
import type { S3Request, S3Server } from '../../support/s3/server.ts';

const DAY = 86_400_000;
const LOCK: ObjectLock = { mode: 'COMPLIANCE', days: 30 };

let server: S3Server;
let requests: S3Request[];
let refuse: ((request: S3Request) => boolean) | undefined;
let refusal: { status: number; code: string };
let today: number;
let clock: Clock;
let state: MemoryState;

beforeEach(async () => {
  requests = [];
  refuse = undefined;
  refusal = { status: 403, code: 'AccessDenied' };
  today = 0;
  state = new MemoryState();
  clock = { ...realClock, now: () => new Date(Date.now() + today * DAY) };
  server = await startS3Server({
    anyTime: true,
    buckets: [{ name: 'test', objectLock: true }],
    fault(request) {
      requests.push(request);
      return refuse?.(request) === true ? { kind: 'status', ...refusal } : undefined;
    },
  });
});
afterEach(() => server.close());

/** Both the machine and the bucket are that many days on. */
function itIsDay(day: number): void {
  today = day;
  server.options.clockSkewMilliseconds = day * DAY;
}

async function openRepository(lock: ObjectLock | 'none' = LOCK): Promise<Repository> {
  const store = await openStore('s3://test/some/prefix', {
    ...storageOf(server.environment, lock === 'none' ? {} : { lock }),
    clock,
    random: realRandomness,
    log: silentLog,
  });
  return open({ store, clock, randomness: realRandomness }, { state });
}

/** For how many days from now each key of a folder is held, rounded. */
async function heldDays({ store }: Repository, folder: string): Promise<number[]> {
  const days: number[] = [];
  for (const key of await keysOf(store, folder)) {
    const until = await lockOf(store)?.heldUntil(key);
    days.push(until === undefined ? 0 : Math.round((until.getTime() - clock.now().getTime()) / DAY));
  }
  return days;
}

const renewals = (): string[] =>
  requests.filter(({ operation }) => operation === 'PutObjectRetention').map(({ key }) => key.split('/')[2] ?? '');

const world = { clock: { ...realClock, now: () => clock.now() }, randomness: realRandomness };

async function pruneOn(day: number, lock?: ObjectLock | 'none'): Promise<PruneResult> {
  itIsDay(day);
  const repository = await openRepository(lock);
  return applyPrune(repository, await planPrune(repository), { randomness: realRandomness });
}

/** The sizes of all that a bucket keeps of a key; a delete marker has none. */
async function bytesKept(key: string): Promise<(number | undefined)[]> {
  const client = new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'testsecret' },
  });
  const answer = await client.send(new ListObjectVersionsCommand({ Bucket: 'test', Prefix: `some/prefix/${key}` }));
  client.destroy();
  return [...(answer.Versions ?? []).map(({ Size }) => Size), ...(answer.DeleteMarkers ?? []).map(() => undefined)];
}

describe('a prune of a bucket with object lock', () => {
  let unneeded: string;

  beforeEach(async () => {
    const repository = await openRepository();
    const { resources } = await backup(repository, world, { kept: { v: 1 }, gone: { v: 2 } });
    const id = resources.find(({ uid }) => uid === 'gone')!.object;
    unneeded = `objects/${id.slice(0, 2)}/${id}.json.gz`;
    await backup(repository, world, { kept: { v: 1 } });
    await applyForget(repository, await planForget(repository, { keepLast: 1 }));
  });

  it('counts what a lock holds behind a delete marker as locked, not as removed', async () => {
    expect(await pruneOn(3)).toMatchObject({ removed: 0, hidden: 0, locked: 0, marked: 1 });
    const { size } = (await (await openRepository()).store.head(unneeded))!;

    expect(await pruneOn(4)).toMatchObject({
      removed: 0,
      removedBytes: 0,
      hidden: 0,
      hiddenBytes: 0,
      locked: 1,
      lockedBytes: size,
      failed: [],
    });
    expect(await bytesKept(unneeded)).toEqual([size, undefined]);
  });

  it.each([
    ['after the lock ended', LOCK],
    ['for one who asks for no lock and so knows of none', 'none' as const],
  ])('counts what is only kept as an earlier version as hidden: %s', async (_, lock) => {
    await pruneOn(35, lock);
    const { size } = (await (await openRepository()).store.head(unneeded))!;

    expect(await pruneOn(36, lock)).toMatchObject({ removed: 0, hidden: 1, hiddenBytes: size, locked: 0, failed: [] });
    expect(await bytesKept(unneeded)).toEqual([size, undefined]);
  });

  it('does not fail where it may not ask for locks', async () => {
    await pruneOn(3);
    refuse = ({ operation }) => operation === 'GetObjectRetention';
    expect(await pruneOn(4)).toMatchObject({ removed: 0, hidden: 1, locked: 0, failed: [] });
  });

  it('removes nothing where the bucket fails to say what a lock holds', async () => {
    await pruneOn(3);
    const { size } = (await (await openRepository()).store.head(unneeded))!;
    refusal = { status: 400, code: 'InvalidArgument' };
    refuse = ({ operation }) => operation === 'GetObjectRetention';
    await expect(pruneOn(4)).rejects.toMatchObject({ code: 'DK_STORE_FAILED' });
    expect(await bytesKept(unneeded)).toEqual([size]);
  });
});

describe('object lock of a repository', () => {
  it('holds objects, and lets go of what a run writes for itself', async () => {
    await backup(await openRepository(), world, { a: { v: 1 } });
    const locked = (folder: string) =>
      requests
        .filter(({ operation, key }) => operation === 'PutObject' && key.startsWith(`some/prefix/${folder}`))
        .map(({ headers }) => headers['x-amz-object-lock-mode']);
    expect(locked('objects/')).toEqual(['COMPLIANCE']);
    expect(new Set(locked('sessions/'))).toEqual(new Set([undefined]));
    expect(new Set(locked('cache/'))).toEqual(new Set([undefined]));
    expect(locked('dashkeep.json')).toEqual(['COMPLIANCE']);
  });

  it('holds what later snapshots reuse never for less than half of the days', async () => {
    for (let day = 0; day <= budget(20, 96); day += 4) {
      itIsDay(day);
      const repository = await openRepository();
      await backup(repository, world, { reused: { v: 1 }, ...(day === 0 ? { gone: { v: 1 } } : {}) });
      expect((await renewLocks(repository)).warnings, `day ${day}`).toEqual([]);
      if (day % 5 === 0) {
        for (const folder of ['objects/', 'snapshots/', 'dashkeep.json']) {
          expect(Math.min(...(await heldDays(repository, folder))), `${folder} on day ${day}`).toBeGreaterThanOrEqual(
            15,
          );
        }
      }
    }
  });

  it('holds what a snapshot on hold needs, for as long as it is on hold', async () => {
    const first = await backup(await openRepository(), world, { old: { v: 1 } });
    const object = first.resources[0]!.object;
    const until = new Date(clock.now().getTime() + 90 * DAY);
    await holdSnapshot(await openRepository(), first.id, { note: '', until }, world);
    for (let day = 4; day <= budget(24, 80); day += 4) {
      itIsDay(day);
      const repository = await openRepository();
      await backup(repository, world, { new: { v: 1 } });
      await applyForget(repository, await planForget(repository, { keepLast: 1 }));
      await renewLocks(repository);
    }
    const repository = await openRepository();
    const folders = [
      'snapshots/hold-',
      `snapshots/${first.id}`,
      'signatures/notes/',
      `objects/${object.slice(0, 2)}/${object}`,
    ];
    for (const folder of folders) {
      expect(Math.min(...(await heldDays(repository, folder))), folder).toBeGreaterThanOrEqual(15);
    }
  });

  it('asks for one small file and the locks of a sample where nothing is due', async () => {
    const repository = await openRepository();
    await backup(repository, world, { a: { v: 1 } });
    await renewLocks(repository);
    requests.length = 0;
    expect(await renewLocks(repository)).toEqual({ renewed: 0, warnings: [] });
    expect(requests.map(({ operation, key }) => `${operation} ${key}`)).toEqual([
      'GetObject some/prefix/cache/lock.json.gz',
      'GetObjectRetention some/prefix/dashkeep.json',
      expect.stringMatching(/^GetObjectRetention some\/prefix\/objects\//),
    ]);
  });

  it('takes up what was put before object lock was asked for', async () => {
    await backup(await openRepository('none'), world, { a: { v: 1 } });
    itIsDay(100);
    const repository = await openRepository();
    expect(await heldDays(repository, 'objects/')).toEqual([0]);
    expect(await renewLocks(repository)).toEqual({ renewed: 5, warnings: [] });
    expect(new Set(renewals())).toEqual(new Set(['dashkeep.json', 'objects', 'snapshots', 'signatures']));
    expect(await heldDays(repository, 'objects/')).toEqual([30]);
  });

  it('takes up what was put shortly before, too', async () => {
    await backup(await openRepository('none'), world, { a: { v: 1 } });
    itIsDay(3);
    const repository = await openRepository();
    expect(await renewLocks(repository)).toEqual({ renewed: 5, warnings: [] });
    expect(await heldDays(repository, 'objects/')).toEqual([30]);
  });

  it.each([
    ['longer', LOCK],
    ['at all', 'none' as const],
  ])('says so when the right to hold objects %s is missing, and tries again', async (_, before) => {
    await backup(await openRepository(before), world, { a: { v: 1 }, b: { v: 2 } });
    itIsDay(20);
    const repository = await openRepository();
    refuse = ({ operation }) => operation === 'PutObjectRetention';
    const { renewed, warnings } = await renewLocks(repository);
    expect(renewed).toBe(0);
    const message = expect.stringContaining('s3:PutObjectRetention is not allowed') as string;
    expect(warnings).toEqual([reason('locks-not-renewed', { message })]);
    refuse = undefined;
    expect(await renewLocks(repository)).toEqual({ renewed: 6, warnings: [] });
  });

  it('leaves alone what is held for longer than is asked for now', async () => {
    await backup(await openRepository({ ...LOCK, days: 300 }), world, { a: { v: 1 } });
    itIsDay(20);
    const repository = await openRepository();
    expect(await renewLocks(repository)).toEqual({ renewed: 0, warnings: [] });
    expect(await heldDays(repository, 'objects/')).toEqual([280]);
  });

  it('asks nothing of a store without a lock', async () => {
    const repository = await openRepository('none');
    requests.length = 0;
    expect(await renewLocks(repository)).toEqual({ renewed: 0, warnings: [] });
    expect(requests).toEqual([]);
  });
});
