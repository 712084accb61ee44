import { DashkeepError } from '../../contract/errors.ts';

const AT_ONCE = 3;

/** Lets only a few of the calls that read much of Grafana or of the target run concurrently. */
export class ConcurrencyGuard {
  #running = 0;

  /** @throws DK_TOO_MANY */
  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      throw new DashkeepError('DK_TOO_MANY', 'too many comparisons, plans or checks are in progress');
    }
    this.#running++;
    try {
      return await action();
    } finally {
      this.#running--;
    }
  }
}
