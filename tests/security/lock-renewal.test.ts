import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, type Clock } from '../../pkg/contract/ports.ts';
import { MemoryState, type StateStore } from '../../pkg/lib/state.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { renewLocks } from '../../pkg/repository/sessions/locks.ts';
import { lockOf } from '../../pkg/storage/lock.ts';
import { openStore } from '../../pkg/storage/open.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { backup, keysOf, open } from '../support/repository/repository.ts';
import { storageOf } from '../support/s3/settings-of.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';

/**
 * Someone who may put files into the bucket, but remove none, writes again and again that all locks were just renewed,
 * so that they end and nothing holds the snapshots any longer.
 */
const DAY = 86_400_000;
let server: S3Server;
let today: number;
let clock: Clock;

beforeEach(async () => {
  today = 0;
  clock = { ...realClock, now: () => new Date(Date.now() + today * DAY) };
  server = await startS3Server({ buckets: [{ name: 'test', objectLock: true }], anyTime: true });
});
afterEach(() => server.close());

/** Both the machine and the bucket are that many days on. */
function itIsDay(day: number): void {
  today = day;
  server.options.clockSkewMilliseconds = day * DAY;
}

async function openRepository(state: StateStore | undefined): Promise<Repository> {
  const store = await openStore('s3://test/some/prefix', {
    ...storageOf(server.environment, { lock: { mode: 'COMPLIANCE', days: 30 } }),
    clock,
    random: realRandomness,
    log: silentLog,
  });
  return open({ store, clock, randomness: realRandomness }, { state });
}

async function leastHeldDays({ store }: Repository): Promise<number> {
  const days: number[] = [];
  for (const key of await keysOf(store, 'objects/')) {
    const until = await lockOf(store)?.heldUntil(key);
    days.push(until === undefined ? 0 : Math.round((until.getTime() - clock.now().getTime()) / DAY));
  }
  return Math.min(...days);
}

/** Backs up for 40 days while someone forges the time of the last pass. */
async function attack(state: StateStore | undefined): Promise<{ least: number; warnings: string[] }> {
  const world = { clock: { ...realClock, now: () => clock.now() }, randomness: realRandomness };
  const warnings: string[] = [];
  let least = 30;
  for (let day = 0; day <= 40; day += 4) {
    itIsDay(day);
    const repository = await openRepository(state);
    await backup(repository, world, { reused: { v: 1 } });
    warnings.push(...(await renewLocks(repository)).warnings.map(({ code }) => code));
    least = Math.min(least, await leastHeldDays(repository));
    const forged = JSON.stringify({ format: 1, time: clock.now().toISOString(), days: 30 });
    await repository.store.put('cache/lock.json.gz', gzipSync(forged));
  }
  return { least, warnings };
}

it('only a pass that a trusted key signed puts off the next', async () => {
  const { least, warnings } = await attack(new MemoryState());
  expect(warnings).toEqual([]);
  expect(least).toBeGreaterThanOrEqual(15);
});

it('where nothing is signed, locks that end too soon are noticed and renewed', async () => {
  const { least, warnings } = await attack(undefined);
  expect(least).toBeGreaterThan(0);
  expect(new Set(warnings)).toEqual(new Set(['lock-too-short']));
});
