import { describe, expect, it } from 'vitest';
import { RequestLimiter } from '../../pkg/grafana/http/request-limiter.ts';
import { realClock } from '../support/ports.ts';
import { VirtualTime } from './virtual-server.ts';

describe('whose turn it is in the window of requests', () => {
  it('lets nobody in until the server wants to be asked again', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 8, clock: time });
    const entered: number[] = [];
    const enter = async (): Promise<void> => {
      const leave = await window.acquire();
      entered.push(time.monotonic());
      await time.sleep(20);
      leave({ ending: 'answered', sort: 'any', milliseconds: 20, late: 0 });
    };
    window.pause(1000);
    window.pause(200);
    const before = [enter(), enter(), enter()];
    await time.run();
    await Promise.all(before);

    expect(entered).toEqual([1000, 1000, 1020]);
  });

  it('ends the wait of a request that is given up while the server rests', async () => {
    const window = new RequestLimiter({ max: 1, clock: realClock });
    window.pause(60_000);
    const controller = new AbortController();
    const waiting = window.acquire(controller.signal);
    controller.abort(new Error('cancelled'));

    await expect(waiting).rejects.toThrow('cancelled');
  });

  it('gives the place of a request that is given up then to the next one', async () => {
    const window = new RequestLimiter({ max: 1, clock: realClock });
    const leave = await window.acquire();
    const controller = new AbortController();
    const givenUp = window.acquire(controller.signal);
    const next = window.acquire();
    window.pause(50);
    leave({ ending: 'answered', sort: 'any', milliseconds: 1, late: 0 });
    await realClock.sleep(10);
    controller.abort(new Error('cancelled'));

    await expect(givenUp).rejects.toThrow('cancelled');
    await expect(next).resolves.toBeTypeOf('function');
  });

  it('lets those that much else waits for go before the others', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 1, clock: time });
    const order: string[] = [];
    const leave = await window.acquire();
    const waiting = ['dashboard', 'other dashboard', 'page'].map(async (name) => {
      const leaveToo = await window.acquire(undefined, name === 'page');
      order.push(name);
      leaveToo({ ending: 'answered', sort: 'any', milliseconds: 1, late: 0 });
    });
    leave({ ending: 'answered', sort: 'any', milliseconds: 1, late: 0 });
    await time.run();
    await Promise.all(waiting);

    expect(order).toEqual(['page', 'dashboard', 'other dashboard']);
  });

  it('ends the wait of a request that is given up', async () => {
    const time = new VirtualTime();
    const window = new RequestLimiter({ max: 1, clock: time });
    const leave = await window.acquire();
    const controller = new AbortController();
    const waiting = window.acquire(controller.signal);
    controller.abort(new Error('cancelled'));

    await expect(waiting).rejects.toThrow('cancelled');
    leave({ ending: 'answered', sort: 'any', milliseconds: 1, late: 0 });
    void time.run();
    await expect(window.acquire()).resolves.toBeTypeOf('function');
  });
});
