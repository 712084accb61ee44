import { describe, expect, it } from 'vitest';
import { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import { VirtualServer, VirtualTime } from './virtual-server.ts';
import { backup, mean } from './limiter-harness.ts';

describe('the window of requests, where the server has too much to do,', () => {
  it('tries ever more rarely where it found the same limit again and again', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    // More than two concurrent ones wait for each other.
    const server = new VirtualServer(time, { workers: 1, line: 0 });
    const running = backup(time, window, 10_000, () => server.request(5));
    await time.run();
    const { sizes } = await running;
    const trying = (part: number[]): number => part.filter((size) => size > 2).length / part.length;

    expect(trying(sizes.slice(0, 2000))).toBeGreaterThan(0);
    expect(trying(sizes.slice(-4000))).toBeLessThan(0.01);
  });

  it('does not come back to what it had before the server said that it was too much', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const known = backup(time, window, 3000, () => server.request(2));
    await time.run();
    await known;
    let halved: number | undefined;
    const slow = backup(time, window, 400, async (index) => {
      const refused = window.size === 32 && halved === undefined;
      halved = refused ? index : halved;
      await server.request(60);
      return { sort: 'slow', ending: refused ? 'overloaded' : 'answered' };
    });
    await time.run();
    const { sizes } = await slow;

    expect(halved).toBeDefined();
    expect(Math.max(...sizes.slice(sizes.indexOf(16)))).toBeLessThanOrEqual(24);
  });

  it('halves when the server has too much to do, and comes back slowly', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    let inflight = 0;
    const running = backup(time, window, 6000, async () => {
      inflight++;
      const refused = inflight > 24;
      await server.request(2);
      inflight--;
      return { ending: refused ? 'overloaded' : 'answered' };
    });
    await time.run();
    const { sizes } = await running;

    expect(Math.max(...sizes.slice(1000))).toBeLessThanOrEqual(25);
    expect(Math.min(...sizes.slice(1000))).toBeGreaterThanOrEqual(8);
  });

  it('goes down to one by one when nothing comes through, and recovers when it does again', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 16, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const down = backup(time, window, 400, async () => {
      await server.request(300);
      return { ending: 'overloaded' };
    });
    await time.run();
    await down;
    expect(window.size).toBe(1);

    const up = backup(time, window, 3000, () => server.request(2));
    await time.run();
    await up;
    expect(window.size).toBe(16);
  });

  it('soon forgets single failures', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 32, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 4000, async (index) => {
      await server.request(2);
      return { ending: index % 400 === 399 ? 'failed' : 'answered' };
    });
    await time.run();

    expect(mean((await running).sizes)).toBeGreaterThan(24);
  });

  it('takes a server that became slower for good as it is', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 32, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 6000, (index) => server.request(index < 2000 ? 2 : 60));
    await time.run();

    expect(mean((await running).sizes.slice(-1000))).toBeGreaterThan(28);
  });
});
