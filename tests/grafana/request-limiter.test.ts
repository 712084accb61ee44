import { describe, expect, it } from 'vitest';
import { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import { VirtualServer, VirtualTime } from './virtual-server.ts';
import { backup, mean, p95, people } from './limiter-harness.ts';

describe('the size of the window of requests', () => {
  it('opens to its maximum where the server can take it, and never further', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 3000, () => server.request(2));
    await time.run();
    const { most, took } = await running;

    expect(most).toBe(64);
    // Opening by a quarter at a time costs half of this short run; people are not made to wait for it.
    expect(took).toBeLessThan(1.6 * (3000 / 64) * 22);
  });

  it('never exceeds a maximum that somebody set, nor begins above it', async () => {
    for (const max of [1, 2, 5]) {
      const time = new VirtualTime();
      const window = new RequestLimiter({ max, clock: time });
      const server = new VirtualServer(time, { workers: 1000, line: 20 });
      const running = backup(time, window, 200, () => server.request(2));
      await time.run();

      expect((await running).most).toBe(max);
    }
  });

  it.each([
    { workers: 4, line: 20, perSecond: 240 },
    { workers: 2, line: 20, perSecond: 120 },
    { workers: 8, line: 20, perSecond: 1100 },
    { workers: 4, line: 100, perSecond: 240 },
  ])('lets people hardly wait on a server with limits: %o', async ({ workers, line, perSecond }) => {
    const alone = new VirtualTime();
    const before = people(alone, new VirtualServer(alone, { workers, line }), perSecond, 4);
    await alone.run();

    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers, line });
    const during = people(time, server, perSecond, 4);
    const running = backup(time, window, workers * 500, () => server.request(5));
    await time.run();
    const { took } = await running;

    expect(p95(during)).toBeLessThan(1.5 * p95(before));
    // What people leave of the server is used all the same.
    const free = workers * 200 - perSecond;
    expect((workers * 500) / (took / 1000)).toBeGreaterThan(0.4 * free);
  });

  it('makes people wait longer where it is urgent, but not for long', async () => {
    const run = async (urgent: boolean): Promise<{ size: number; waited: number }> => {
      const time = new VirtualTime();
      const window = new RequestLimiter({ max: 64, clock: time });
      if (urgent) {
        window.prioritize();
      }
      const server = new VirtualServer(time, { workers: 4, line: 20 });
      const during = people(time, server, 120, 4);
      const running = backup(time, window, 3000, () => server.request(5));
      await time.run();
      return { size: mean((await running).sizes), waited: p95(during) };
    };
    const [usual, urgent] = [await run(false), await run(true)];

    expect(urgent.size).toBeGreaterThan(1.2 * usual.size);
    expect(urgent.waited).toBeLessThan(2.5 * usual.waited);
  });

  it('pauses between requests to a server that responds to one at a time', async () => {
    const waited = async (work: (time: VirtualTime, server: VirtualServer) => Promise<unknown>): Promise<number> => {
      const time = new VirtualTime();
      const server = new VirtualServer(time, { workers: 1, line: 0 });
      const during = people(time, server, 60, 4);
      const running = work(time, server);
      await time.run();
      await running;
      return mean(during);
    };
    const idle = await waited(() => Promise.resolve());
    const withoutPause = await waited(async (_time, server) => {
      for (let index = 0; index < 100; index++) {
        await server.request(20);
      }
    });
    const polite = await waited((time, server) =>
      backup(time, new RequestLimiter({ max: 1, clock: time }), 100, () => server.request(20)),
    );

    expect(polite - idle).toBeLessThan(0.85 * (withoutPause - idle));
  });

  it('seldom tries again whether a busy server takes more', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 2, line: 1 });
    void people(time, server, 150, 60);
    // Requests take unequally long, so that the size at which they are found to queue differs from time to time.
    const running = backup(time, window, 3000, async (index) => {
      const isShort = index % 3 === 0;
      await server.request(
        (isShort ? 1 : 4) - (isShort ? 2 : 7) * Math.log(1 - (((index * 7919) % 10007) + 0.5) / 10008),
      );
      return { sort: isShort ? 'annotations' : 'permissions' };
    });
    await time.run();
    const { sizes } = await running;

    const tries = sizes.filter((size, index) => size > 1 && sizes[index - 1] === 1);
    expect(tries.length).toBeLessThan(4);
  });

  it('is not narrowed by requests that take long by themselves', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 32, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 3000, async (index) => {
      const page = index % 40 === 0;
      await server.request(page ? 400 : 2);
      return { sort: page ? 'page' : 'dashboard' };
    });
    await time.run();
    const { sizes } = await running;

    expect(mean(sizes.slice(-1000))).toBeGreaterThan(28);
  });

  it('is not narrowed by a server whose answers vary much', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 4000, (index) => server.request([5, 5, 10, 60, 5, 30, 5][index % 7] ?? 5));
    await time.run();
    const { sizes } = await running;

    expect(mean(sizes.slice(-1000))).toBeGreaterThan(48);
  });

  it('is not narrowed by pauses of the server, which delay only some of the answers', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    // After a while it answers nothing for 40 of every 100 ms.
    const running = backup(time, window, 6000, async (index) => {
      await server.request(2);
      const into = time.monotonic() % 100;
      await time.sleep(index > 1000 && into < 40 ? 40 - into : 0);
    });
    await time.run();

    expect(mean((await running).sizes.slice(-1000))).toBeGreaterThan(40);
  });
});
