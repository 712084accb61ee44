import type { RestoreBench, Wanted } from '../restore/harness.ts';
import { Killed } from './cut-points.ts';

const WRITES = /^(POST|PUT|PATCH|DELETE) (?!.*\/api\/(ds|frontend|access-control\/user))/;

/**
 * Restores with a safety snapshot, and dies at the n-th request that writes; from then on nothing reaches the
 * repository.
 * @returns whether it died, rather than came to its end before
 */
export async function killedAt(n: number, bench: RestoreBench, wanted: Wanted, confirm?: string): Promise<boolean> {
  const stop = new AbortController();
  let dead = false;
  const { store } = bench.repository;
  const put = store.put.bind(store);
  store.put = (...given) => (dead ? Promise.reject(new Killed()) : put(...given));
  const run = (): void => {
    dead = true;
    stop.abort(new Killed());
  };
  const kind = n % 2 === 1 ? 'before' : n % 4 === 0 ? 'abandoned' : 'after';
  bench.sim.setFaults({ match: WRITES, action: { kind, run }, skip: n, times: 1 });
  await bench.applyRecorded({ ...wanted, signal: stop.signal }, true, confirm).catch((error: unknown) => {
    if (!dead) {
      throw error;
    }
  });
  bench.sim.setFaults();
  store.put = put;
  return dead;
}
