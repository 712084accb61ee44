import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Attention } from '../../pkg/lib/http/event-loop-lag.ts';

/** Keeps this process busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // Nothing else can happen meanwhile.
  }
}

it('tells how long this process has been busy', () => {
  const attention = new Attention();
  attention.look(performance.now());
  work(30);
  const busy = attention.look(performance.now());

  expect(busy).toBeGreaterThanOrEqual(30);
});

it('goes on counting while there is no wait between two looks', async () => {
  const attention = new Attention();
  work(30);
  attention.look(performance.now());
  await Promise.resolve();
  work(10);

  expect(attention.look(performance.now())).toBeGreaterThanOrEqual(40);
});

it('begins anew after a wait', async () => {
  const attention = new Attention();
  work(30);
  attention.look(performance.now());
  await wait(60);
  const busy = attention.look(performance.now());

  expect(busy).toBeLessThan(30);
});
