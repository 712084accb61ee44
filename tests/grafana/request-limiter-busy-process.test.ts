import { describe, expect, it } from 'vitest';
import { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import { VirtualServer, VirtualTime } from './virtual-server.ts';
import { backup, BusyProcess, mean, p95, people } from './limiter-harness.ts';

describe('the window of requests, where this process is busy,', () => {
  it('is not narrowed because this process is what answers wait for', async () => {
    const time = new VirtualTime();
    const self = new BusyProcess(time, 1.5);
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 3000, async () => {
      await server.request(2);
      return { late: await self.attend() };
    });
    await time.run();

    expect((await running).took).toBeLessThan(1.15 * 3000 * 1.5);
  });

  it('does not take a queue at the server for one at this process, however busy that is', async () => {
    const alone = new VirtualTime();
    const before = people(alone, new VirtualServer(alone, { workers: 4, line: 20 }), 120, 6);
    await alone.run();

    const time = new VirtualTime();
    const self = new BusyProcess(time, 1);
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 4, line: 20 });
    const during = people(time, server, 120, 6);
    const running = backup(time, window, 3000, async () => {
      await server.request(5);
      return { late: await self.attend() };
    });
    await time.run();
    await running;

    expect(p95(during)).toBeLessThan(1.5 * p95(before));
  });

  it('sends a few concurrently even where this process is slow', async () => {
    const time = new VirtualTime();
    const self = new BusyProcess(time, 20);
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 200 });
    const running = backup(time, window, 600, async () => {
      await server.request(2);
      return { late: await self.attend() };
    });
    await time.run();

    expect(mean((await running).sizes.slice(-100))).toBeGreaterThanOrEqual(8);
  });

  it('does not wait for the few answers that say something where most say nothing', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 80, async (index) => {
      await server.request(2);
      return { late: index % 5 === 0 ? 0 : 10 };
    });
    await time.run();

    expect((await running).sizes.at(-1)).toBeGreaterThanOrEqual(8);
  });

  it('comes back immediately from fewer that are no faster, having grown while it could not measure', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const running = backup(time, window, 400, async (index) => {
      await server.request(2);
      return { late: index < 60 ? 10 : 0 };
    });
    await time.run();
    const { sizes } = await running;

    expect(Math.min(...sizes.slice(60))).toBeGreaterThanOrEqual(4);
    expect(sizes[200]).toBeGreaterThanOrEqual(8);
  });

  it('goes on to fewer as long as those are faster, having grown while it could not measure', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 2, line: 0 });
    const running = backup(time, window, 800, async (index) => {
      await server.request(20);
      return { late: index < 60 ? 20 : 0 };
    });
    await time.run();

    expect(mean((await running).sizes.slice(-600))).toBeLessThan(3);
  });
});
