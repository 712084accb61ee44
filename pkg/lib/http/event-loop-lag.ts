import { performance } from 'node:perf_hooks';

/** A wait shorter than this was none: what came lay there already. */
const WAITED_MS = 0.05;

/**
 * Measures for how long this process has been busy: what it looks at now may have lain there all that time. Node does
 * not report when something arrived, only how long it waited for anything to arrive.
 */
export class EventLoopLag {
  #looked = performance.now();
  #idle = idleTime();
  /** Since when it has not waited, as far as is known. */
  #busySince = this.#looked;

  /**
   * Milliseconds that this process has not waited for anything, at most. The more often it is asked, the less too much.
   */
  measure(now: number): number {
    const idle = idleTime();
    const waited = idle - this.#idle;
    if (waited > WAITED_MS) {
      // When it waited is unknown: in the worst case right after the last look.
      this.#busySince = this.#looked + waited;
    }
    this.#looked = now;
    this.#idle = idle;
    return now - this.#busySince;
  }
}

function idleTime(): number {
  return performance.eventLoopUtilization().idle;
}
