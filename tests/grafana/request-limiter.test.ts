import { describe, expect, it } from 'vitest';
import { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import type { Ending } from '../../pkg/grafana/http/adaptive-concurrency.ts';
import { VirtualServer, VirtualTime } from './virtual-server.ts';

/** A process that is busy so long with each answer, one after the other. */
class BusyProcess {
  readonly #time: VirtualTime;
  readonly #work: number;
  readonly #queue: (() => void)[] = [];
  #busySince: number | undefined;

  constructor(time: VirtualTime, work: number) {
    this.#time = time;
    this.#work = work;
  }

  /** Until there is time for an answer. Tells for how long this process has been busy by then. */
  async attend(): Promise<number> {
    if (this.#busySince !== undefined) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#busySince ??= this.#time.monotonic();
    const busy = this.#time.monotonic() - this.#busySince;
    void this.#time.sleep(this.#work).then(() => {
      if (this.#queue.length === 0) {
        this.#busySince = undefined;
      }
      this.#queue.shift()?.();
    });
    return busy;
  }
}

interface Backup {
  sizes: number[];
  most: number;
  /** Milliseconds that it took. */
  took: number;
}

/** Sends that many requests as fast as the window lets them in. */
function backup(
  time: VirtualTime,
  window: RequestLimiter,
  count: number,
  one: (index: number) => Promise<{ ending?: Ending; sort?: string; late?: number } | void>,
): Promise<Backup> {
  const result: Backup = { sizes: [], most: 0, took: 0 };
  const started = time.monotonic();
  let running = 0;
  const all = Array.from({ length: count }, async (_, index) => {
    const leave = await window.acquire();
    result.most = Math.max(result.most, ++running);
    const sent = time.monotonic();
    const { ending = 'answered', sort = 'dashboard', late = 0 } = (await one(index)) ?? {};
    running--;
    leave({ ending, sort, milliseconds: time.monotonic() - sent, late });
    result.sizes.push(window.size);
  });
  return Promise.all(all).then(() => ({ ...result, took: time.monotonic() - started }));
}

/** People who use Grafana meanwhile: that many requests a second, evenly, each noting how long it took. */
function people(time: VirtualTime, server: VirtualServer, perSecond: number, seconds: number): number[] {
  const latencies: number[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    void time.sleep((index * 1000) / perSecond).then(async () => {
      const started = time.monotonic();
      await server.request(5);
      latencies.push(time.monotonic() - started);
    });
  }
  return latencies;
}

function p95(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

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

  it('does not wait for the few answers that tell something where most tell nothing', async () => {
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

  it('comes back immediately from fewer that are no faster, having grown while it could not tell', async () => {
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

  it('goes on to fewer as long as those are faster, having grown while it could not tell', async () => {
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
