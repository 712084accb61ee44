import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../pkg/contract/ports.ts';
import type { RepositoryCache } from '../../../../pkg/service/repository/repository-cache.ts';
import { AuthorNames } from '../../../../pkg/service/repository/versions/authors.ts';
import { TestClock } from '../../../support/repository/repository.ts';

/** Its sleeps end when it has moved that far. */
class MovingClock extends TestClock {
  readonly #sleeping: { until: number; wake(): void }[] = [];

  override sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const until = this.monotonic() + milliseconds;
    const over = new Promise<void>((wake) => this.#sleeping.push({ until, wake }));
    return Promise.race([over, super.sleep(milliseconds, signal)]);
  }

  override advance(milliseconds: number): void {
    super.advance(milliseconds);
    this.#sleeping.filter(({ until }) => until <= this.monotonic()).forEach(({ wake }) => wake());
  }
}

describe('who deleted something, of which the repository says nothing', () => {
  it('is awaited for three seconds, and then Grafana’s answer is shown', async () => {
    const clock = new MovingClock();
    const gone = { kind: 'dashboard', uid: 'a', after: new Date(0), before: clock.now() };
    const deletion = { updated: '2026-11-24T14:00:00Z', updatedBy: 'ada' };
    const cache = {
      snapshots: () => new Promise(() => {}),
      use: () =>
        Promise.resolve({
          of: new Map([['dashboard/a', [deletion]]]),
          whole: true,
          names: new Map(),
          known: new Set(),
        }),
    } as unknown as RepositoryCache;
    const names = new AuthorNames(cache, clock, silentLog, new AbortController().signal);
    let shown: unknown;
    void names
      .named([{ time: '2026-11-24T14:20:00Z' }], { org: 1, home: true }, () => gone)
      .then((all) => (shown = all));

    clock.advance(2_999);
    await settled();
    expect(shown).toBeUndefined();
    clock.advance(1);
    await settled();
    expect(shown).toMatchObject([{ updatedBy: 'ada' }]);
  });
});
