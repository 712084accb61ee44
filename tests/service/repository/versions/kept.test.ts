import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../pkg/contract/ports.ts';
import { Kept } from '../../../../pkg/service/repository/versions/kept.ts';
import { TestClock } from '../../../support/repository/repository.ts';

/** Its sleeps end when the test says so. */
class WaitingClock extends TestClock {
  readonly waiting: (() => void)[] = [];

  override sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const over = new Promise<void>((resolve) => this.waiting.push(resolve));
    return Promise.race([over, super.sleep(milliseconds, signal)]);
  }
}

function start() {
  const clock = new WaitingClock();
  const kept = new Kept<string>(clock, silentLog, new AbortController().signal);
  const reads: { resolve(value: string): void; reject(error: Error): void }[] = [];
  const get = (since = 0) =>
    kept.get({ org: 1 }, since, () => new Promise((resolve, reject) => reads.push({ resolve, reject })));
  const late = async (): Promise<string | undefined> => {
    const asked = get(clock.now().getTime());
    clock.waiting.at(-1)?.();
    return asked;
  };
  return { clock, reads, get, late };
}

describe('what is kept of an organization', () => {
  it('is awaited once if it is slow, and used when it has been read', async () => {
    const { clock, reads, get, late } = start();
    expect(await late()).toBeUndefined();
    expect(await get()).toBeUndefined();
    clock.advance(600_000);
    expect(await get(clock.now().getTime())).toBeUndefined();
    reads[0]?.resolve('read');
    await settled();
    expect(reads).toHaveLength(1);
    const again = get();
    reads[1]?.resolve('again');
    expect(await again).toBe('again');
  });

  it('is not read again within a minute if it was slow', async () => {
    const { clock, reads, get, late } = start();
    await late();
    reads[0]?.resolve('read');
    await settled();
    clock.advance(59_000);
    expect(await get()).toBe('read');
    // It may lack what is asked for.
    expect(await get(clock.now().getTime())).toBeUndefined();
    expect(reads).toHaveLength(1);
    clock.advance(1_000);
    void get(clock.now().getTime());
    expect(reads).toHaveLength(2);
  });

  it('is read again if that failed soon', async () => {
    const { reads, get } = start();
    const first = get();
    reads[0]?.reject(new Error('refused'));
    expect(await first).toBeUndefined();
    void get();
    expect(reads).toHaveLength(2);
  });
});
