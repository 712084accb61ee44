import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { MAX_SKEW, sharedTime, type TimePorts } from '../clocks.ts';
import { timeOfId } from '../layout.ts';
import type { TimedKey } from './newest-keys.ts';

/** A snapshot from the future, and what to do about it. */
export function futureFinding(snapshot: string): { why: KnownReason; advice: KnownReason } {
  return {
    why: reason('snapshot-future', { snapshot }),
    advice: reason('remove-misdated', { command: `dashkeep forget ${snapshot}` }),
  };
}

/** Whether an id is dated later than that, beyond what clocks may differ. */
export function isLater(id: string, time: Date): boolean {
  return timeOfId(id).getTime() > time.getTime() + MAX_SKEW;
}

/**
 * Ids of the snapshots from the future: a clock that was ahead dated them, and that time has not come by the target's
 * clock. They count for nothing until then. Where only this machine's clock is left, which may be behind, only those
 * count as such that are also dated later than the target stored them. Asks for the time only where some may be.
 */
export async function futureSnapshots(
  ports: TimePorts,
  keys: readonly TimedKey[],
  calls: Abortable,
): Promise<ReadonlySet<string>> {
  const here = ports.clock.now();
  const isOwnTime = ports.ignoreClock === true || ports.store.localClock === true;
  const doubtful = keys.filter(
    ({ id, lastModified }) => isLater(id, lastModified) || (!isOwnTime && isLater(id, here)),
  );
  if (doubtful.length === 0) {
    return new Set();
  }
  const now = await sharedTime(ports, calls);
  return new Set(doubtful.filter(({ id }) => isLater(id, now)).map(({ id }) => id));
}
