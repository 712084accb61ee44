import { compact } from '../contract/compact.ts';
import type { Clock, Log } from '../contract/ports.ts';
import type { KnownReason } from '../contract/reasons/catalogue.ts';
import type { Instance } from '../grafana/instance.ts';
import type { Abortable } from '../lib/abortable.ts';
import { compareClocks } from '../repository/clocks.ts';
import type { Repository } from '../repository/repository.ts';

/**
 * Compares the clocks of this machine, the target and Grafana, which has to have answered before.
 * @returns what to warn of
 * @throws DK_CLOCK_SKEW above five minutes, unless clocks are ignored
 */
export function compareAllClocks({
  instance,
  repository,
  clock,
  log,
  signal,
}: Abortable & {
  instance: Pick<Instance, 'orgs'>;
  repository: Pick<Repository, 'store' | 'ignoreClock'>;
  clock: Clock;
  log: Log;
}): Promise<KnownReason | undefined> {
  const { store, ignoreClock } = repository;
  const grafanaAhead = instance.orgs[0]?.client.clockAhead;
  return compareClocks({ store, ignoreClock, clock, log }, compact({ grafanaAhead, signal }));
}
