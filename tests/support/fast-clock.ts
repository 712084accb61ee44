import type { Clock } from '../../pkg/contract/ports.ts';
import { realClock } from './ports.ts';

export interface FastClock extends Clock {
  /** Moves it forward immediately. */
  travel(milliseconds: number): void;
}

/**
 * The most that passes between two looks at the real clock, and the longest wait for the next, in milliseconds. What a
 * busy machine keeps from this process does not count: otherwise, limits would end while nothing could be done.
 */
const [MOST, STEP] = [25, 20];

/** A clock that runs a hundred times as fast as the real one, so that whatever waits by it need not be waited for. */
export function fastClock(factor = 100): FastClock {
  const begun = Date.now();
  let [seen, passed, offset] = [performance.now(), 0, 0];
  const ran = (): number => {
    const now = performance.now();
    passed += Math.min(now - seen, MOST) * factor;
    seen = now;
    return passed;
  };
  return {
    now: () => new Date(begun + ran() + offset),
    monotonic: () => ran() + offset,
    async sleep(milliseconds, signal) {
      const end = ran() + milliseconds;
      do {
        await realClock.sleep(Math.min(Math.max(end - passed, 0) / factor, STEP), signal);
      } while (ran() < end);
    },
    travel(milliseconds) {
      offset += milliseconds;
    },
  };
}

/** Real time, but waits between attempts are shortened so that tests need not. */
export const hastyClock: Clock = {
  ...realClock,
  sleep: (milliseconds, signal) => realClock.sleep(milliseconds / 50, signal),
};
