import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../pkg/contract/ports.ts';
import { ConcurrencyGuard } from '../../../pkg/service/http/concurrency-guard.ts';
import { LiveRead } from '../../../pkg/service/live-reads.ts';
import type { PlannedRestore } from '../../../pkg/service/restores/plans.ts';
import { Restores } from '../../../pkg/service/restores/restores.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

const CALLER = { org: 1, home: true };

let now: number;
/** Ends the sleeps that are under way. */
let waking: (() => void)[];
let clock: Clock;
let guard: ConcurrencyGuard;
const { signal } = new AbortController();

beforeEach(() => {
  now = 0;
  waking = [];
  clock = {
    ...realClock,
    monotonic: () => now,
    sleep: (_milliseconds, aborted) =>
      new Promise((resolve, reject) => {
        const stop = (): void => reject(aborted?.reason as Error);
        aborted?.addEventListener('abort', stop);
        waking.push(() => {
          aborted?.removeEventListener('abort', stop);
          resolve();
        });
      }),
  };
  guard = new ConcurrencyGuard({ clock, organizations: () => 1, signal });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets that time pass in steps of a look. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 3_000) {
    await look();
  }
}

async function look(late = 3_000): Promise<void> {
  now += late;
  waking.splice(0).forEach((wake) => wake());
  await settled();
}

interface Started {
  read: LiveRead<string, string>;
  signals: AbortSignal[];
  end(result: string): void;
  fail(error: Error): void;
}

function begin(): Started {
  const signals: AbortSignal[] = [];
  let end: (result: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const read = new LiveRead<string, string>({ clock, guard, signal }, CALLER, (aborted, { onProgress, onPart }) => {
    signals.push(aborted);
    onProgress({ phase: 'comparing', done: 1, kinds: {} });
    onPart('half');
    return new Promise((resolve, reject) => {
      [end, fail] = [resolve, reject];
      aborted.addEventListener('abort', () => reject(aborted.reason as Error));
    });
  });
  return { read, signals, end: (result) => end(result), fail: (error) => fail(error) };
}

describe('a read that several people wait for', () => {
  it('shows how far it is and what it found, and then all', async () => {
    const { read, end } = begin();
    expect(read).toMatchObject({ progress: { phase: 'comparing' }, part: 'half', isEnded: false });

    end('whole');
    await settled();

    expect(read).toMatchObject({ result: 'whole', isEnded: true, isAbandoned: false });
  });

  it('goes on while somebody asks, and ends when nobody has for 15 seconds', async () => {
    const { read, signals } = begin();
    for (let second = 0; second < 60; second += 10) {
      await pass(10_000);
      read.ask();
    }
    expect(signals[0]?.aborted).toBe(false);

    await pass(15_000);
    expect(signals[0]?.aborted).toBe(false);
    await look();

    expect(signals[0]?.aborted).toBe(true);
    expect(read).toMatchObject({ isAbandoned: true, isEnded: true });
  });

  it('goes on after the process got no processor time and heard nobody ask', async () => {
    const { read, signals } = begin();
    await look(60_000);
    read.ask();
    await pass(15_000);
    expect(signals[0]?.aborted).toBe(false);
  });

  it('goes on while a caller waits for its end, until that one has gone', async () => {
    const { read, signals } = begin();
    const gone = new AbortController();
    const waiting = read.wait(gone.signal).catch(() => 'gone');
    await pass(60_000);
    expect(signals[0]?.aborted).toBe(false);

    gone.abort();
    expect(await waiting).toBe('gone');
    await pass(18_000);

    expect(signals[0]?.aborted).toBe(true);
  });

  it('waits for its turn however long that takes, and never refuses one person', async () => {
    const reads = Array.from({ length: 6 }, begin);
    expect(reads.map(({ signals }) => signals.length)).toEqual([1, 1, 1, 0, 0, 0]);
    expect(reads[5]?.read.progress.phase).toBe('waiting');
    for (let second = 0; second < 120; second += 10) {
      await pass(10_000);
      reads.forEach(({ read }) => read.ask());
    }

    reads.slice(0, 3).forEach(({ end }) => end('whole'));
    await settled();

    expect(reads.map(({ signals }) => signals.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(reads.slice(3).map(({ read }) => read.error)).toEqual([undefined, undefined, undefined]);
  });

  it('gives its place in the queue up when nobody asks', async () => {
    const reads = Array.from({ length: 4 }, begin);
    reads.slice(0, 3).forEach(({ read }) => void read.wait(signal));
    await pass(18_000);
    expect(reads[3]?.read.isAbandoned).toBe(true);

    reads[0]?.end('whole');
    await settled();

    expect(reads[3]?.signals).toEqual([]);
  });
});

it('a plan that failed while nobody could ask for it, as when Grafana restarts, is computed again', async () => {
  const restores = new Restores(clock, realRandomness);
  const reads: Started[] = [];
  const read = (): LiveRead<PlannedRestore> => {
    reads.push(begin());
    return reads.at(-1)?.read as unknown as LiveRead<PlannedRestore>;
  };
  const { id } = restores.start({ snapshot: 's', selection: { type: 'everything' } }, '1', CALLER, read);
  await pass(18_000);
  expect(reads[0]?.read.isAbandoned).toBe(true);
  expect([restores.view(id, CALLER).state, reads.length]).toEqual(['planning', 2]);

  reads[1]?.fail(new Error('Grafana is gone'));
  await settled();
  now += 6_000;
  expect([restores.view(id, CALLER).state, reads.length]).toEqual(['planning', 3]);

  reads[2]?.fail(new Error('the snapshot is gone'));
  await settled();
  now += 1_000;
  expect(() => restores.view(id, CALLER)).toThrow('the snapshot is gone');
});
