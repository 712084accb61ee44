import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../pkg/contract/ports.ts';
import { PageSize } from '../../pkg/grafana/http/pagination/page-size.ts';
import { listPages } from '../../pkg/grafana/http/pagination/pages.ts';
import { realClock } from '../support/ports.ts';
import { servedClient } from './served-client.ts';

const OBJECTS = 130;

/**
 * Reads a list of which each object takes the server that many milliseconds, which it spends on one page at a time, as
 * on one processor; and what it was asked for.
 */
async function read(msPerObject: number): Promise<{ names: string[]; limits: number[] }> {
  const limits: number[] = [];
  let before = Promise.resolve();
  const { client } = await servedClient((request, response) => {
    const query = new URL(request.url ?? '/', 'http://here').searchParams;
    const [from, limit] = [Number(query.get('continue') ?? 0), Number(query.get('limit'))];
    limits.push(limit);
    const to = Math.min(OBJECTS, from + limit);
    const items = Array.from({ length: to - from }, (_, index) => ({ metadata: { name: `d${from + index}` } }));
    const metadata = { resourceVersion: '1', continue: to < OBJECTS ? String(to) : '' };
    before = before.then(() => pause((to - from) * msPerObject));
    void before.then(() => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ kind: 'DashboardList', apiVersion: 'v1', metadata, items }));
    });
  });
  const names: string[] = [];
  for await (const { items } of listPages(client, '/apis/any', { limit: new PageSize(realClock) })) {
    names.push(...items.map(({ metadata }) => (metadata as { name: string }).name));
  }
  return { names, limits };
}

const ALL = Array.from({ length: OBJECTS }, (_, index) => `d${index}`);

function sizeAt(clock: Partial<Clock> = {}): PageSize {
  return new PageSize({ ...realClock, ...clock });
}

/** The sizes that follow from pages which took so long for each object. */
function sizesOf(size: PageSize, pages: number, msPerObject: number): number[] {
  return Array.from({ length: pages }, () => {
    size.learn(size.limit, size.limit * msPerObject);
    return size.limit;
  });
}

describe('pages of a list with bodies', () => {
  it('get smaller where one takes the server long, and every object comes once', async () => {
    const { names, limits } = await read(10);
    expect(names).toEqual(ALL);
    expect(limits[0]).toBe(50);
    expect(Math.min(...limits)).toBeLessThan(50);
  });

  it('stay large where the server is quick', () => {
    expect(sizesOf(sizeAt(), 3, 0.1)).toEqual([50, 50, 50]);
  });

  it('hold what takes the server a third of a second, and grow again when it gets quicker', () => {
    const size = sizeAt();
    expect(sizesOf(size, 3, 12)).toEqual([25, 25, 25]);
    expect(sizesOf(size, 2, 100)).toEqual([12, 10]);
    expect(sizesOf(size, 3, 12)).toEqual([13, 13, 13]);
    expect(sizesOf(size, 8, 0.1).at(-1)).toBe(50);
  });

  it('learn nothing from the last one, which is short', () => {
    const size = sizeAt();
    sizesOf(size, 3, 12);
    size.learn(3, 1);
    expect(size.limit).toBe(25);
  });
});

describe('a server that somebody else uses, too', () => {
  it('is left alone for a part of what its last page took', async () => {
    const slept: number[] = [];
    let now = 0;
    const size = sizeAt({ monotonic: () => now, sleep: async (milliseconds) => void slept.push(milliseconds) });
    size.learn(25, 40);
    await size.rest(undefined);
    expect(slept).toEqual([]);
    size.learn(25, 90);
    now += 5;
    await size.rest(undefined);
    expect(slept).toEqual([85]);
    size.learn(25, 2_000);
    await size.rest(undefined);
    expect(slept).toEqual([85, 400]);
  });
});
