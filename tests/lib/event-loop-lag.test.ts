import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EventLoopLag } from '../../pkg/lib/http/event-loop-lag.ts';

/** Keeps this process busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // Nothing else can happen meanwhile.
  }
}

it('tells how long this process has been busy', () => {
  const attention = new EventLoopLag();
  attention.measure(performance.now());
  work(30);
  const busy = attention.measure(performance.now());

  expect(busy).toBeGreaterThanOrEqual(30);
});

it('goes on counting while there is no wait between two looks', async () => {
  const attention = new EventLoopLag();
  work(30);
  attention.measure(performance.now());
  await Promise.resolve();
  work(10);

  expect(attention.measure(performance.now())).toBeGreaterThanOrEqual(40);
});

it('begins anew after a wait', async () => {
  const attention = new EventLoopLag();
  work(30);
  attention.measure(performance.now());
  await wait(60);
  const busy = attention.measure(performance.now());

  expect(busy).toBeLessThan(30);
});
