import { setTimeout as wait } from 'node:timers/promises';

/** The program's own ports to the outside, for tests against real servers. */
export { systemClock as realClock, systemRandomness as realRandomness } from '../../pkg/cli/context.ts';

/** The first wait between two checks, in milliseconds. Each further wait doubles, up to the maximum. */
const FIRST_PAUSE = 3;

/** Waits until the check returns something; throws its last error, or what was waited for, when that takes too long. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined> | T | undefined,
  within = 240_000,
  longestPause = 50,
): Promise<T> {
  const deadline = performance.now() + within;
  let last: unknown = new Error(`waited in vain: ${what}`);
  for (let pause = FIRST_PAUSE; performance.now() < deadline; pause = Math.min(2 * pause, longestPause)) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) {
        return found;
      }
    } catch (error) {
      last = error;
    }
    await wait(pause);
  }
  throw last;
}
