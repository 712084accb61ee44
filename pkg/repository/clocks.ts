import { asDashkeepError } from '../contract/errors.ts';
import type { Clock, Log } from '../contract/ports.ts';
import { reason, type KnownReason } from '../contract/reasons/catalogue.ts';
import { refusal, reasonSentence } from '../contract/reasons/reason.ts';
import type { Abortable } from '../lib/abortable.ts';
import type { ObjectStore } from '../storage/store.ts';

/** A clock further off than that makes every time doubtful, in milliseconds. */
export const MAX_SKEW = 5 * 60_000;
const WARNED_SKEW = 60_000;

/** What telling the time takes of a repository. */
export interface TimePorts {
  store: ObjectStore;
  clock: Clock;
  /** Go on although clocks differ: this machine's is right. */
  ignoreClock?: boolean | undefined;
}

/**
 * The time by the target's clock, which all machines share; by this machine's where the target has no other, or where a
 * person says that this one is right.
 */
export async function sharedTime({ store, clock, ignoreClock }: TimePorts, { signal }: Abortable = {}): Promise<Date> {
  return ignoreClock === true || store.localClock === true ? clock.now() : store.clock({ signal });
}

/** The time by the target's clock; by this machine's where clocks are ignored and no response has a date. */
export async function targetTime({ store, clock, ignoreClock }: TimePorts, { signal }: Abortable): Promise<Date> {
  try {
    return await store.clock({ signal });
  } catch (error) {
    if (ignoreClock === true && asDashkeepError(error).code === 'DK_STORE_FAILED') {
      return clock.now();
    }
    throw error;
  }
}

/**
 * The time by which a hold ends: by the target's clock, although a person says that this machine's is right; by this
 * machine's where the target has no other.
 */
export async function timeOfHolds(ports: TimePorts, { signal }: Abortable): Promise<Date> {
  return ports.store.localClock === true ? ports.clock.now() : targetTime(ports, { signal });
}

/**
 * Compares this machine's clock with the target's, in one request, and with Grafana's. The target's decides, where it
 * has its own clock: then Grafana's alone is no reason to go without a backup.
 * @param ports.store - absent where no target is written to
 * @param options.grafanaAhead - milliseconds that Grafana's clock is ahead of this machine's, if known
 * @returns what to warn of, from a minute on
 * @throws DK_CLOCK_SKEW above five minutes, unless clocks are ignored
 */
export async function compareClocks(
  { store, clock, ignoreClock, log }: Omit<TimePorts, 'store'> & { store?: ObjectStore; log: Log },
  { grafanaAhead = 0, signal }: Abortable & { grafanaAhead?: number } = {},
): Promise<KnownReason | undefined> {
  const isLocal = store === undefined || store.localClock === true;
  const targetAhead = isLocal
    ? 0
    : (await targetTime({ store, clock, ignoreClock }, { signal })).getTime() - clock.now().getTime();
  const found = differenceOf(targetAhead, grafanaAhead);
  if (found === undefined) {
    return undefined;
  }
  if (Math.abs(isLocal ? grafanaAhead : targetAhead) > MAX_SKEW && ignoreClock !== true) {
    const advice = reason('set-clock-or-ignore', { setting: 'DASHKEEP_IGNORE_CLOCK=true' });
    throw refusal('DK_CLOCK_SKEW', found, { advice });
  }
  warnOf(found, log);
  return found;
}

/**
 * The target's clock, if this machine's agrees with it: removals depend on it. Warns from a minute on.
 * @throws DK_CLOCK_SKEW above five minutes, also where clocks are ignored
 */
export async function agreedTime(
  { store, clock, log }: TimePorts & { log: Log },
  { signal }: Abortable = {},
): Promise<Date> {
  const now = await store.clock({ signal });
  const targetAhead = now.getTime() - clock.now().getTime();
  const found = differenceOf(targetAhead, 0);
  if (found !== undefined) {
    if (Math.abs(targetAhead) > MAX_SKEW) {
      throw refusal('DK_CLOCK_SKEW', found, { advice: reason('correct-clock') });
    }
    warnOf(found, log);
  }
  return now;
}

function warnOf(found: KnownReason, log: Log): void {
  log.warn({ code: 'DK_CLOCK_SKEW', advice: reasonSentence(reason('correct-clock')) }, reasonSentence(found));
}

function differenceOf(targetAhead: number, grafanaAhead: number): KnownReason | undefined {
  const seconds = (ahead: number): string => String(Math.round(Math.abs(ahead) / 1000));
  if (Math.abs(targetAhead) > WARNED_SKEW) {
    return Math.abs(targetAhead - grafanaAhead) <= WARNED_SKEW
      ? reason('clock-here-off', { seconds: seconds(targetAhead) })
      : reason('clock-apart-target', { seconds: seconds(targetAhead) });
  }
  return Math.abs(grafanaAhead) > WARNED_SKEW
    ? reason('clock-apart-grafana', { seconds: seconds(grafanaAhead) })
    : undefined;
}
