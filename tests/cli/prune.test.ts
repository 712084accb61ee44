import { Writable } from 'node:stream';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { registerPrune } from '../../pkg/cli/commands/prune.ts';
import { applyForget, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { realClock, realRandomness } from '../support/ports.ts';
import { backup, open } from '../support/repository/repository.ts';
import { openTestStore } from '../support/s3/open-store.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { variants } from '../support/budget.ts';

const DAY = 86_400_000;
let server: S3Server;
let today: number;
const clock = { ...realClock, now: () => new Date(Date.now() + today * DAY) };

beforeEach(() => {
  today = 0;
});
afterEach(() => server.close());

/** `dashkeep prune` in this process, on another day; what it prints. */
async function prune(day: number, lock: string, ...flags: string[]): Promise<string> {
  today = day;
  server.options.clockSkewMilliseconds = day * DAY;
  let printed = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  }) as NodeJS.WriteStream;
  const world = {
    environment: { HOME: '/nonexistent', ...server.environment, DASHKEEP_S3_OBJECT_LOCK: lock },
    clock,
    randomness: realRandomness,
    log: silentLog,
    signal: new AbortController().signal,
    stdout,
    stderr: stdout,
  };
  const program = new Command();
  registerPrune(program, (action) => async (...given) => {
    expect(await action(world, ...given)).toBe(0);
  });
  await program.parseAsync(['node', 'dashkeep', 'prune', '--target', 's3://test/some/prefix', ...flags]);
  return printed;
}

async function onePruned(objectLock: boolean, lock: string): Promise<void> {
  server = await startS3Server({ buckets: [{ name: 'test', objectLock }], anyTime: true });
  const store = await openTestStore(server, { environment: { DASHKEEP_S3_OBJECT_LOCK: lock } });
  const repository = await open({ store, clock, randomness: realRandomness });
  const world = { clock, randomness: realRandomness };
  await backup(repository, world, { kept: { v: 1 }, gone: { v: 2 } });
  await backup(repository, world, { kept: { v: 1 } });
  await applyForget(repository, await planForget(repository, { keepLast: 1 }));
  await store.close();
}

describe('dashkeep prune', () => {
  it.each(
    variants([
      [true, '', /^Removed 0 [^]*^The bucket keeps 1 removed object \(27 B\) as noncurrent/m],
      [true, 'COMPLIANCE:30', /^Removed 0 [^]*^Object lock protects 1 object \(27 B\) until/m],
      [false, '', /^Removed 1 object \(27 B\)/m],
    ]),
  )('reports what is really gone (object lock: %s %s)', async (objectLock, lock, expected) => {
    await onePruned(objectLock, lock);
    await prune(3, lock);

    expect(await prune(4, lock)).toMatch(expected);
  });

  it('says how many objects are needed, and how many are too young to be marked', async () => {
    await onePruned(false, '');
    expect(await prune(0, '')).toMatch(
      /^2 objects \(\d+ B\), 1 of them needed by 1 snapshot\.\nNot needed, but younger than 48 hours, so not marked yet: 1\.\n.*marked 0 for a later prune\.$/m,
    );
    expect(await prune(3, '', '--dry-run')).toMatch(/, 1 of them needed by 1 snapshot\.\nWould .* mark 1\.$/m);
  });

  it('says the same as JSON', async () => {
    await onePruned(true, '');
    await prune(3, '');

    expect(JSON.parse(await prune(4, '', '--json')).result).toMatchObject({
      removed: 0,
      removedBytes: 0,
      hidden: 1,
      hiddenBytes: 27,
      locked: 0,
      lockedBytes: 0,
    });
  });
});
