import { describe, expect, it } from 'vitest';
import { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import { VirtualServer, VirtualTime } from './virtual-server.ts';
import { backup, mean } from './limiter-harness.ts';

describe('the window of requests, with several sorts of them,', () => {
  it('learns how fast a rare sort of request is without holding up the others', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const small = backup(time, window, 3000, () => server.request(2));
    await time.run();
    await small;
    const mixed = backup(time, window, 3000, async (index) => {
      const large = index % 8 === 0;
      await server.request(large ? 40 : 2);
      return { sort: large ? 'large' : 'dashboard' };
    });
    await time.run();

    expect(Math.min(...(await mixed).sizes)).toBe(64);
  });

  it('notices that requests queue which it came to know while many were under way', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const large = new VirtualServer(time, { workers: 1000, line: 20 });
    const small = backup(time, window, 3000, () => large.request(2));
    await time.run();
    await small;
    const mixed = backup(time, window, 3000, async (index) => {
      await large.request(2);
      return { sort: index % 4 === 0 ? 'rare' : 'dashboard' };
    });
    await time.run();
    await mixed;
    // Half as long again as at best, with a concurrency of 64.
    const busy = new VirtualServer(time, { workers: 10, line: 20 });
    const rare = backup(time, window, 3000, async () => {
      await busy.request(5);
      return { sort: 'rare' };
    });
    await time.run();

    expect(Math.min(...(await rare).sizes)).toBeLessThan(40);
  });

  it('keeps the size for requests of a new sort that are as fast as those known', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 1000, line: 20 });
    const folders = backup(time, window, 3000, () => server.request(2));
    await time.run();
    await folders;
    const dashboards = backup(time, window, 1000, async () => {
      await server.request(4);
      return { sort: 'other' };
    });
    await time.run();

    expect(Math.min(...(await dashboards).sizes)).toBe(64);
  });

  it('starts small with every sort of request, so that it learns how fast that is at best', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 64, clock: time });
    const server = new VirtualServer(time, { workers: 4, line: 5 });
    const light = backup(time, window, 1000, () => server.request(0.05));
    await time.run();
    await light;
    expect(window.size).toBe(64);

    const heavy = backup(time, window, 1000, async () => {
      await server.request(20);
      return { sort: 'heavy' };
    });
    await time.run();

    expect(mean((await heavy).sizes.slice(-500))).toBeLessThan(10);
  });
});
