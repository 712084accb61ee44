/** Less says nothing to people, and estimates of the last moments go up and down, in milliseconds. */
const LEAST = 10_000;
/** An estimate that is higher than the limit by this factor says that it is too low. */
const TOO_LOW = 1.3;
/** What estimates are multiplied by after one that was too low. */
const MORE_CAREFUL = 1.25;
/** It is lowered only to less than this part of it: estimates go up and down. */
const LOWER = 0.8;

/**
 * A limit of the time left that people can rely on: while it is said, it only falls. If it turns out to be too low,
 * nothing is said for half as long as it was, and at least ten seconds, and then a more careful one.
 */
export class SteadyLimit {
  #margin: number;
  #end: number | undefined;
  #said = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** @param margin - what estimates are multiplied by, as work is not even */
  constructor(margin: number) {
    this.#margin = margin;
  }

  /**
   * @param now - in milliseconds, of a monotonic clock
   * @param estimate - how long it probably still takes, in milliseconds; undefined = not known
   * @returns the limit in milliseconds
   */
  at(now: number, estimate: number | undefined): number | undefined {
    if (now < this.#quietUntil) {
      return undefined;
    }
    if (estimate === undefined) {
      // What was said still holds.
      return this.#end !== undefined && this.#end > now ? this.#end - now : undefined;
    }
    const end = now + Math.max(LEAST, estimate * this.#margin);
    const left = (this.#end ?? now) - now;
    if (this.#end === undefined) {
      this.#end = end;
      this.#said = now;
    } else if (left <= 0 || estimate > left * TOO_LOW) {
      this.#quietUntil = now + Math.max(LEAST, (now - this.#said) / 2);
      this.#margin *= MORE_CAREFUL;
      this.#end = undefined;
    } else if (end - now < left * LOWER) {
      this.#end = end;
    }
    return this.#end === undefined ? undefined : this.#end - now;
  }

  /** Nothing went on for this long, in milliseconds. */
  paused(time: number): void {
    this.#end = this.#end === undefined ? undefined : this.#end + time;
    this.#said += time;
    this.#quietUntil += time;
  }
}
