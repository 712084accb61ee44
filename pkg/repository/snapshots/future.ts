import type { DashkeepError } from '../../contract/errors.ts';
import { silentLog, type Log } from '../../contract/ports.ts';
import { reason, sentenceOf, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { compareClocks, MAX_SKEW, sharedTime, targetTime, type TimePorts } from '../clocks.ts';
import { timeOfId } from '../layout.ts';
import type { TimedKey } from './newest-keys.ts';

/** A snapshot from the future, and what to do about it. */
export function futureFinding(snapshot: string): { why: KnownReason; advice: KnownReason } {
  return {
    why: reason('snapshot-future', { snapshot }),
    advice: reason('remove-misdated', { command: `dashkeep forget ${snapshot}` }),
  };
}

/**
 * Looks whether the clock of a bucket says that a snapshot, made while clocks are ignored, is from the future.
 * @returns what to warn of: others do not count it until then
 */
export async function misdated(
  ports: TimePorts & { log: Log },
  snapshot: string,
  calls: Abortable,
): Promise<KnownReason[]> {
  if (ports.store.localClock === true || !isLater(snapshot, await targetTime(ports, calls))) {
    return [];
  }
  const { why, advice } = futureFinding(snapshot);
  ports.log.warn({ code: 'DK_SNAPSHOT_FUTURE', advice: sentenceOf(advice) }, sentenceOf(why));
  return [why];
}

/** Whether an id is dated later than that, beyond what clocks may differ. */
export function isLater(id: string, time: Date): boolean {
  return timeOfId(id).getTime() > time.getTime() + MAX_SKEW;
}

/**
 * Ids of the snapshots from the future: a clock that was ahead dated them, and that time has not come. They count for
 * nothing until then. Where the time is doubtful, only those count as such that are also dated later than the target
 * stored them. Asks for the time only where some may be.
 */
export async function futureSnapshots(
  ports: TimePorts,
  keys: readonly TimedKey[],
  calls: Abortable,
): Promise<ReadonlySet<string>> {
  const here = ports.clock.now();
  // A person says that this machine's clock is right; for a directory, that is the only one.
  const isDoubtful = (ports.ignoreClock === true) !== (ports.store.localClock === true);
  const candidates = keys.filter(
    ({ id, lastModified }) => isLater(id, lastModified) || (!isDoubtful && isLater(id, here)),
  );
  if (candidates.length === 0) {
    return new Set();
  }
  const now = await sharedTime(ports, calls);
  return new Set(candidates.filter(({ id }) => isLater(id, now)).map(({ id }) => id));
}

/**
 * Looks whether the newest snapshot of a directory is later than this machine's time: another clock may have dated its
 * file, too. A backup could not follow it, and rules would keep it instead of later ones.
 * @param grafanaAhead - milliseconds that Grafana's clock is ahead of this machine's, if known
 * @returns DK_CLOCK_SKEW, unless clocks are ignored
 */
export function laterThanClock(
  { store, clock, ignoreClock }: TimePorts,
  newest: string | undefined,
  grafanaAhead = 0,
): DashkeepError | undefined {
  if (newest === undefined || store.localClock !== true || ignoreClock === true || !isLater(newest, clock.now())) {
    return undefined;
  }
  const why = reason('clock-before-newest', { snapshot: newest });
  // By Grafana's clock, that snapshot is a good one.
  return isLater(newest, new Date(clock.now().getTime() + grafanaAhead))
    ? refusal('DK_CLOCK_SKEW', why, {
        advice: reason('correct-or-remove-misdated', { command: `dashkeep forget ${newest} --ignore-clock` }),
      })
    : refusal('DK_CLOCK_SKEW', why);
}

/** Warns once of each snapshot of `laterThanClock`, whatever reads or lists it. */
export function warnOfLater(ports: TimePorts & { log: Log }, newest: string | undefined): void {
  const later = laterThanClock(ports, newest);
  if (later !== undefined && newest !== undefined && warned.get(ports.store) !== newest) {
    warned.set(ports.store, newest);
    ports.log.warn({ code: later.code, snapshot: newest, advice: later.hint }, later.message);
  }
}

/**
 * Why a backup would be refused now, by the clocks of this machine, the target and Grafana; undefined also where they
 * cannot be compared.
 * @param newest - ID of the newest snapshot that counts
 */
export async function refusedByClocks(
  ports: TimePorts,
  newest: string | undefined,
  options: Parameters<typeof compareClocks>[1] = {},
): Promise<DashkeepError | undefined> {
  try {
    // Where this machine's clock is wrong, the newest snapshot is not.
    await compareClocks({ ...ports, log: silentLog }, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (hasCode('DK_CLOCK_SKEW')(error)) {
      return error;
    }
  }
  return laterThanClock(ports, newest, options.grafanaAhead);
}

const warned = new WeakMap<ObjectStore, string>();

/**
 * While clocks are ignored: why commands that do not ignore them will refuse.
 * @param ids - of all snapshots, also those from the future
 * @param grafanaAhead - as in `laterThanClock`
 */
export function refusedOtherwise(
  ports: TimePorts & { log: Log },
  ids: readonly string[],
  grafanaAhead?: number,
): KnownReason[] {
  const newest = ids.toSorted().at(-1);
  const later =
    ports.ignoreClock === true ? laterThanClock({ ...ports, ignoreClock: false }, newest, grafanaAhead) : undefined;
  if (later === undefined || newest === undefined) {
    return [];
  }
  const why = reason('clock-ignored-later', { snapshot: newest, setting: 'DASHKEEP_IGNORE_CLOCK' });
  ports.log.warn({ code: later.code, advice: later.hint }, sentenceOf(why));
  return [why];
}
