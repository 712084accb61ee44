import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Lag } from '../../pkg/grafana/lag.ts';

/** Keeps this process busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    // Nothing else can happen meanwhile.
  }
}

async function lagOf(busy: number, idle: number): Promise<number> {
  const lag = new Lag();
  lag.start();
  const end = performance.now() + 600;
  while (performance.now() < end) {
    work(busy);
    await wait(idle);
  }
  lag.stop();
  return lag.take();
}

it('tells how long what arrives lies there: half of the stretches in which this process is busy', async () => {
  const [free, busy] = [await lagOf(0, 20), await lagOf(40, 5)];

  expect(busy).toBeGreaterThan(10);
  expect(free).toBeLessThan(busy / 2);
});

it('remembers what it saw last when there was no time to see more', async () => {
  const lag = new Lag();
  lag.start();
  for (let round = 0; round < 8; round++) {
    work(20);
    await wait(1);
  }
  const seen = lag.take();

  expect(seen).toBeGreaterThan(5);
  expect(lag.take()).toBe(seen);
  lag.stop();
});
