import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../pkg/grafana/http/byte-budget.ts';
import type { GrafanaClient } from '../../pkg/grafana/http/client.ts';
import { servedClient } from './served-client.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A server that gives `/api/<n>` an answer of about n bytes, in pieces and without telling its size. */
async function openClient(concurrency: number): Promise<GrafanaClient> {
  const { client } = await servedClient((request, response) => {
    const size = Number(request.url?.split('/').at(-1));
    response.write('"');
    for (let sent = 0; sent < size; sent += 64 * KIB) {
      response.write('x'.repeat(Math.min(64 * KIB, size - sent)));
    }
    response.end('"');
  }, concurrency);
  return client;
}

describe('the budget of bytes', () => {
  it('counts nothing that is small', () => {
    const budget = new ByteBudget(MIB);
    expect(budget.open().received(60 * KIB)).toBeUndefined();
    expect(budget.held).toBe(0);
  });

  it('lets one go beyond it, and the others wait in their order until it is done', async () => {
    const budget = new ByteBudget(MIB);
    const [large, second, third] = [budget.open(), budget.open(), budget.open()];
    expect(large.received(700 * KIB)).toBeUndefined();
    expect(large.received(20 * MIB)).toBeUndefined();
    const order: string[] = [];
    const waiting = [
      second.received(30 * MIB)?.then(() => order.push('second')),
      third.received(100 * KIB)?.then(() => order.push('third')),
    ];
    // Its own growth waits for nobody.
    expect(large.received(50 * MIB)).toBeUndefined();
    await Promise.resolve();
    expect(order).toEqual([]);

    large.close();
    await waiting[0];
    expect(budget.held).toBe(30 * MIB);
    second.close();
    await waiting[1];
    expect(order).toEqual(['second', 'third']);
    third.close();
    expect(budget.held).toBe(0);
  });

  it('forgets one that was given up while it waited', async () => {
    const budget = new ByteBudget(MIB);
    const [large, gone, next] = [budget.open(), budget.open(), budget.open()];
    void large.received(5 * MIB);
    void gone.received(5 * MIB);
    const waiting = next.received(5 * MIB);
    const room = budget.room();
    gone.close();
    large.close();
    await waiting;
    await room;
    expect(budget.held).toBe(5 * MIB);
  });

  it.each([1, 8])(
    'bounds what is read concurrently, also when each needs a second request (%i concurrently)',
    async (atOnce) => {
      const client = await openClient(atOnce);
      const budget = new ByteBudget(4 * MIB);
      let most = 0;
      const sizes = [9, 0.01, 6, 1, 3, 0.3, 7, 2, 5].map((mib) => Math.round(mib * MIB));
      await Promise.all(
        sizes.map(async (size) => {
          const share = budget.open();
          const grafana = client.reserving(share);
          expect(await grafana.get(`/api/${size}`)).toHaveLength(size);
          expect(await grafana.get(`/api/${size >> 1}`)).toHaveLength(size >> 1);
          most = Math.max(most, budget.held);
          share.close();
        }),
      );

      // The budget, and one that went beyond it: text and values, by the doubling of its share at most twice that.
      expect(most).toBeLessThanOrEqual(4 * MIB + 36 * MIB);
      expect(budget.held).toBe(0);
    },
  );

  it('ends the wait of a request that is cancelled', async () => {
    const client = await openClient(8);
    const budget = new ByteBudget(MIB);
    const holder = budget.open();
    void holder.received(5 * MIB);
    const controller = new AbortController();
    const share = budget.open();
    const waiting = client.reserving(share).get(`/api/${3 * MIB}`, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('cancelled')), 50);

    await expect(waiting).rejects.toThrow('cancelled');
    share.close();
    holder.close();
    expect(budget.held).toBe(0);
  });
});
