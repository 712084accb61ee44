import { setImmediate as immediate, setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EventLoopLag } from '../../pkg/lib/http/event-loop-lag.ts';

/** Keeps this process busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // Nothing else can happen meanwhile.
  }
}

it('says how long this process has been busy', () => {
  const lag = new EventLoopLag();
  lag.measure(performance.now());
  work(30);
  const busy = lag.measure(performance.now());

  expect(busy).toBeGreaterThanOrEqual(30);
});

it('goes on counting while there is no wait between two looks', async () => {
  const lag = new EventLoopLag();
  work(30);
  lag.measure(performance.now());
  await Promise.resolve();
  work(10);

  expect(lag.measure(performance.now())).toBeGreaterThanOrEqual(40);
});

it('counts from nothing after a wait', async () => {
  const began = performance.now();
  const lag = new EventLoopLag();
  work(300);
  lag.measure(performance.now());
  // A timer counts from when the loop last looked at its clock, which is before the work.
  await immediate();
  await wait(200);
  const now = performance.now();

  expect(lag.measure(now)).toBeLessThan(now - began - 300);
});
