import { EventEmitter } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { ConcurrencyGuard } from '../../../pkg/service/http/concurrency-guard.ts';
import { realClock } from '../../support/ports.ts';

let guard: ConcurrencyGuard;
let organizations: number;
let stopping: AbortController;
/** Ends the waits that are under way, as if their time were over. */
let expire: (() => void)[];
/** In the order in which they began. */
let begun: string[];
let ends: Map<string, () => void>;

beforeEach(() => {
  organizations = 2;
  stopping = new AbortController();
  expire = [];
  begun = [];
  ends = new Map();
  guard = new ConcurrencyGuard({
    clock: {
      ...realClock,
      sleep: (_milliseconds, signal) =>
        new Promise((resolve, reject) => {
          expire.push(resolve);
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    },
    organizations: () => organizations,
    signal: stopping.signal,
  });
});

const socketOf = (): EventEmitter => new EventEmitter();

/** A call that runs until it is ended by its name. @returns what became of it */
function call(org: number, name: string, socket = socketOf()): Promise<string> {
  const caller = { org, home: false };
  const action = (): Promise<void> => {
    begun.push(name);
    return new Promise((resolve) => ends.set(name, resolve));
  };
  const run = guard.run({ caller, socket: socket as never }, action);
  return run.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'failed',
  );
}

/** Lets everything happen that can happen now. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function end(name: string): Promise<void> {
  ends.get(name)?.();
  await settled();
}

it('gives one organization all places only where there is no other', async () => {
  for (const name of ['a1', 'a2', 'a3', 'a4']) {
    void call(1, name);
  }
  expect(begun).toEqual(['a1', 'a2']);
  void call(2, 'b1');
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  organizations = 1;
  await end('b1');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
});

it('gives free places in turn, however many calls wait', async () => {
  for (let n = 1; n <= 10; n++) {
    void call(1, `a${n}`);
  }
  for (const [org, name] of [
    [2, 'b1'],
    [2, 'b2'],
    [3, 'c1'],
    [3, 'c2'],
  ] as const) {
    void call(org, name);
  }
  for (const name of ['a1', 'b1', 'a2', 'a3', 'b2', 'c1']) {
    await end(name);
  }
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'c1', 'a4', 'c2', 'a5']);
});

it('refuses what exceeds the queue of an organization, and nothing of another one', async () => {
  const calls = Array.from({ length: 23 }, (_, n) => call(1, `a${n}`));
  expect(await calls.at(-1)).toBe('DK_TOO_MANY');
  void call(2, 'b1');
  expect(begun).toEqual(['a0', 'a1', 'b1']);
  await end('a0');
  // A place in the queue is free again.
  void call(1, 'later');
  expect(await call(1, 'too late')).toBe('DK_TOO_MANY');
});

it('takes a call out of the queue when its connection closes, its time is over, or the service stops', async () => {
  void call(1, 'a1');
  void call(1, 'a2');
  const socket = socketOf();
  const left = call(1, 'left', socket);
  socket.emit('close');
  expect(await left).toBe('DK_TOO_MANY');
  expect(socket.listenerCount('close')).toBe(0);
  const late = call(1, 'late');
  expire.at(-1)?.();
  expect(await late).toBe('DK_TOO_MANY');
  const waits = call(1, 'waits');
  const stays = socketOf();
  const last = call(1, 'last', stays);
  await end('a1');
  expect(begun).toEqual(['a1', 'a2', 'waits']);
  await end('waits');
  expect(await waits).toBe('done');
  expect(stays.listenerCount('close')).toBe(0);
  const refused = call(1, 'refused');
  stopping.abort(Object.assign(new Error('stops'), { code: 'DK_INTERRUPTED' }));
  expect(await refused).toBe('DK_INTERRUPTED');
  await end('last');
  expect(await last).toBe('done');
});

it('passes a place on that was given at the moment when its call gave up', async () => {
  void call(1, 'a1');
  void call(1, 'a2');
  const socket = socketOf();
  const left = call(1, 'left', socket);
  void call(1, 'next');
  socket.emit('close');
  ends.get('a1')?.();
  expect(await left).toBe('DK_TOO_MANY');
  await settled();
  expect(begun).toEqual(['a1', 'a2', 'next']);
  void call(2, 'b1');
  expect(begun).toEqual(['a1', 'a2', 'next', 'b1']);
});
