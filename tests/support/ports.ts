import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Randomness } from '../../pkg/contract/ports.ts';

/** Real time, for tests against real servers. */
export const realClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await wait(milliseconds, undefined, { signal });
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    }
  },
};

export const realRandomness: Randomness = {
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  fraction: () => Math.random(),
};

/** Waits until the check returns something; throws its last error, or what was waited for, when that takes too long. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  within = 10_000,
): Promise<T> {
  const deadline = performance.now() + within;
  let last: unknown = new Error(`waited in vain: ${what}`);
  while (performance.now() < deadline) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) {
        return found;
      }
    } catch (error) {
      last = error;
    }
    await wait(25);
  }
  throw last;
}
