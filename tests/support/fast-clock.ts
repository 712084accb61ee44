import type { Clock } from '../../pkg/contract/ports.ts';
import { realClock } from './ports.ts';

export interface FastClock extends Clock {
  /** Moves it forward immediately. */
  travel(milliseconds: number): void;
}

/** A clock that runs a hundred times as fast as the real one, so that whatever waits by it need not be waited for. */
export function fastClock(factor = 100): FastClock {
  const [begun, began] = [Date.now(), performance.now()];
  let offset = 0;
  const passed = (): number => (performance.now() - began) * factor + offset;
  return {
    now: () => new Date(begun + passed()),
    monotonic: () => passed(),
    sleep: (milliseconds, signal) => realClock.sleep(milliseconds / factor, signal),
    travel(milliseconds) {
      offset += milliseconds;
    },
  };
}
