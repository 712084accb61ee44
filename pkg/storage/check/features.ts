import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import type { StoreProbe } from '../probe.ts';
import { providerHint } from './provider-hints.ts';
import { permissionOf, type Finding, type CheckContext } from './context.ts';

/** What a store has or lacks, and what is learned of it for the rest of the process: backups work either way. */

export type ConditionalPut = 'enforced' | 'refused' | 'ignored' | 'racy' | 'unknown';

const RACERS = 8;
/** Beyond it no prune runs. */
const SKEW_MAX_MILLISECONDS = 5 * 60_000;
const SKEW_WARNING_MILLISECONDS = 60_000;

/** @returns how far the store's clock is ahead, in milliseconds; 0 when that is less than can be measured. */
export async function clockAhead({ store, clock, signal }: CheckContext): Promise<number> {
  const before = clock.now().getTime();
  const theirs = (await store.clock({ signal })).getTime();
  const ours = (before + clock.now().getTime()) / 2;
  // Answers are dated to the second, cut off.
  return Math.abs(theirs - ours) <= 1_500 ? 0 : Math.round(theirs - ours);
}

/** @throws DK_CLOCK_SKEW */
export function judgeClock(ahead: number): Finding {
  const apart = Math.abs(ahead);
  const found =
    apart === 0 ? reason('clocks-agree') : reason('clocks-apart', { seconds: String(Math.round(apart / 1_000)) });
  if (apart > SKEW_MAX_MILLISECONDS) {
    throw refusal('DK_CLOCK_SKEW', found);
  }
  return apart > SKEW_WARNING_MILLISECONDS
    ? {
        status: 'warning',
        found,
        hint: reason('set-clock'),
      }
    : { found };
}

/** @returns what the store does with conditional puts, also with concurrent ones */
export async function conditionalPutOf(context: CheckContext): Promise<Exclude<ConditionalPut, 'unknown'>> {
  const once = await context.putIfAbsent('once.json', Buffer.from('{"check":"first"}\n'));
  if (once === 'refused') {
    return 'refused';
  }
  if ((await context.putIfAbsent('once.json', Buffer.from('{"check":"second"}\n'))) !== 'exists') {
    return 'ignored';
  }
  const race = await Promise.all(
    Array.from({ length: RACERS }, (_, at) => context.putIfAbsent('race.json', Buffer.from(`{"racer":${at}}\n`))),
  );
  return race.filter((outcome) => outcome === 'written').length === 1 ? 'enforced' : 'racy';
}

/** Lets the store use what was found out. @returns the finding for the check */
export function learnConditionalPut(
  { store, probe }: CheckContext,
  found: Exclude<ConditionalPut, 'unknown'>,
): Finding {
  store.capabilities.conditionalPut = found === 'racy' ? 'ignored' : found;
  if (found === 'enforced') {
    return { found: reason('conditional-enforced') };
  }
  const details = {
    refused: reason('conditional-refused'),
    ignored: reason('conditional-ignored'),
    racy: reason('conditional-racy'),
  };
  const hint = providerHint(probe?.provider, 'conditional') ?? reason('conditional-unneeded');
  return { status: 'warning', found: details[found], hint };
}

/** @returns whether the bucket keeps noncurrent versions */
export async function tryVersioning({ store, probe, signal }: CheckContext): Promise<Finding> {
  const kept = await inspect(probe, (asked) => asked.versioning(signal));
  if (typeof kept === 'object') {
    return kept;
  }
  store.capabilities.versioning = kept !== false;
  return kept === false
    ? { found: reason('versions-none') }
    : { found: reason(kept === true ? 'versions-kept' : 'versions-suspended'), hint: reason('versions-expire') };
}

/** @returns whether the bucket has object lock. @throws DK_SETTINGS if the settings want it and the bucket has none */
export async function tryObjectLock({ store, probe, signal }: CheckContext): Promise<Finding> {
  const found = await inspect(probe, (asked) => asked.objectLock(signal));
  if (typeof found !== 'boolean') {
    return found;
  }
  store.capabilities.objectLock = found;
  if (probe?.wantsLock === true && !found) {
    throw new DashkeepError('DK_SETTINGS', 'object lock is set, but the bucket was created without it', {
      advice: reason('create-locked-bucket'),
    });
  }
  return { found: reason(found ? 'object-lock' : 'object-lock-none') };
}

/** @throws DK_SETTINGS if a lifecycle rule of the bucket deletes or archives objects that snapshots need */
export async function tryLifecycle({ probe, signal }: CheckContext): Promise<Finding> {
  const rules = await inspect(probe, (asked) => asked.expiringRules(signal));
  if (!Array.isArray(rules)) {
    return rules;
  }
  if (rules.length > 0) {
    const found = reason('ready-expiring', { rules: rules.join(', ') });
    throw refusal('DK_SETTINGS', found, { advice: reason('remove-expiration') });
  }
  return { found: reason('lifecycle-keeps') };
}

/** Asks what only an administrator may know: that it is refused is no fault of the target. */
async function inspect<T>(probe: StoreProbe | undefined, ask: (probe: StoreProbe) => Promise<T>): Promise<T | Finding> {
  if (probe === undefined) {
    return { status: 'skipped', found: reason('not-applicable') };
  }
  try {
    return await ask(probe);
  } catch (error) {
    if (error instanceof DashkeepError && ['DK_STORE_DENIED', 'DK_STORE_FAILED'].includes(error.code)) {
      const permission = permissionOf(error);
      const found = permission === undefined ? reason('store-silent') : reason('permission-refused', { permission });
      return { status: 'skipped', found, permission };
    }
    throw error;
  }
}
