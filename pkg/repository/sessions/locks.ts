import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { warningOf, type ReasonData } from '../../contract/reasons/reason.ts';
import * as z from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { lockOf, type StoreLock } from '../../storage/lock.ts';
import { CacheFile } from '../index/cache-file.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { CONFIG_KEY, KEYS, objectKey, SIGNATURES, SNAPSHOTS } from '../layout.ts';
import { walkObjects } from '../objects/listing.ts';
import type { Repository } from '../repository.ts';

const DAY = 86_400_000;

/** A pass every quarter of the days: what it leaves held for three quarters is then never held for less than half. */
const PASSES_PER_TERM = 4;
const AT_ONCE = 16;
/** How many objects are asked for their lock where no pass is due. */
const SAMPLED = 8;

/** When everything was last looked after, and for how many days it was held then. */
const LastPass = z.object({ format: z.literal(1), time: z.iso.datetime(), days: z.number().positive() });

export interface LockRenewal {
  /** How many objects, manifests and keys are held longer now. */
  renewed: number;
  /** Why some are not. */
  warnings: KnownReason[];
}

/**
 * Object lock ends that many days after an object was *put*, while snapshots go on needing it. Where the settings ask
 * for a lock, this holds again whatever is in the repository and was not put lately, once in a quarter of the days;
 * most calls only look whether that is due, and whether a sample is held as it should be. What a prune removed is no
 * longer there, so what nothing needs is let go in the end. Never throws for what the store refuses: the run that calls
 * it has done its own work.
 */
export async function renewLocks(repository: Repository, { signal }: Abortable = {}): Promise<LockRenewal> {
  const { store, clock, log } = repository;
  const lock = lockOf(store);
  const result: LockRenewal = { renewed: 0, warnings: [] };
  if (lock === undefined) {
    return result;
  }
  const term = lock.lockDays * DAY;
  const { keyring, trust } = repository;
  const file = new CacheFile({ store, keyring, trust, log }, 'lock', LastPass);
  try {
    const last = await file.read({ signal });
    const since = clock.now().getTime() - Date.parse(last?.time ?? '');
    const isFirst = last?.days !== lock.lockDays;
    const isDue = isFirst || !(since >= 0 && since < term / PASSES_PER_TERM);
    // What was put just before the lock was asked for is not held at all.
    const short = isFirst || !isDue ? await heldTooShort(repository, lock, term, signal) : undefined;
    if (!isDue && short === undefined) {
      return result;
    }
    if (!isFirst && short !== undefined) {
      log.warn({ object: short }, 'it is locked for a shorter time than required, so all locks are renewed');
      result.warnings.push(reason('lock-too-short', { key: short }));
    }
    const now = await store.clock({ signal });
    const young = short === undefined ? term / PASSES_PER_TERM : 0;
    const keys = await keysPutBefore(repository, new Date(now.getTime() - young), signal);
    const until = new Date(now.getTime() + term);
    await forEachConcurrently(
      AT_ONCE,
      keys,
      async (key) => {
        if (await hold(lock, key, until, term, signal)) {
          result.renewed++;
        }
      },
      signal,
    );
    await file.write({ format: 1, time: now.toISOString(), days: lock.lockDays }, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const message = reasonOf(error);
    log.warn({ renewed: result.renewed, reason: message }, 'object lock could not be renewed');
    result.warnings.push(reason('locks-not-renewed', { message }));
  }
  return result;
}

/**
 * The first of a sample that is held for less than half of the days, which no pass leaves. The sample is of what a
 * trusted key signed, so that no one can choose it.
 */
async function heldTooShort(
  repository: Repository,
  lock: StoreLock,
  term: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { clock, encrypted } = repository;
  const { resources = [] } = (await repository.previousManifest({ signal })) ?? {};
  const step = Math.max(1, Math.floor(resources.length / SAMPLED));
  const objects = resources.filter((_, index) => index % step === 0).slice(0, SAMPLED);
  for (const key of [CONFIG_KEY, ...objects.map(({ object }) => objectKey(object, encrypted))]) {
    try {
      const until = await lock.heldUntil(key, { signal });
      if (until === undefined || until.getTime() < clock.now().getTime() + term / 2) {
        return key;
      }
    } catch (error) {
      // Gone, or these credentials may not ask: a run looks for what is missing itself.
      if (!(error instanceof DashkeepError) || !NOT_SAID.has(error.code)) {
        throw error;
      }
    }
  }
  return undefined;
}

const NOT_SAID: ReadonlySet<string> = new Set(['DK_STORE_NOT_FOUND', 'DK_STORE_DENIED']);

/** The outcome of a run with what renewing the locks came to. */
export async function withLocksRenewed<
  T extends { counts: Record<string, number>; warnings?: string[]; warned?: ReasonData[] },
>(repository: Repository, outcome: T, calls: Abortable = {}): Promise<T> {
  const { renewed, warnings } = await renewLocks(repository, calls);
  const more = warningOf(warnings);
  return {
    ...outcome,
    counts: renewed === 0 ? outcome.counts : { ...outcome.counts, lockRenewed: renewed },
    ...(warnings.length === 0
      ? {}
      : {
          warnings: [...(outcome.warnings ?? []), ...more.warnings],
          warned: [...(outcome.warned ?? []), ...more.warned],
        }),
  };
}

/** What snapshots cannot do without: objects, manifests, signatures, keys and the configuration. */
async function keysPutBefore({ store }: Repository, limit: Date, signal?: AbortSignal): Promise<string[]> {
  const keys: string[] = [];
  const take = ({ key, lastModified }: { key: string; lastModified: Date }): void => {
    if (lastModified < limit) {
      keys.push(key);
    }
  };
  await walkObjects(store, take, { signal });
  for (const folder of [SNAPSHOTS, KEYS, SIGNATURES, CONFIG_KEY]) {
    for await (const info of store.list(folder, { signal })) {
      take(info);
    }
  }
  return keys;
}

/** @returns false when it is gone, or held long enough by what somebody else asked for. */
async function hold(lock: StoreLock, key: string, until: Date, term: number, signal?: AbortSignal): Promise<boolean> {
  try {
    await lock.hold(key, until, { signal });
    return true;
  } catch (error) {
    if (error instanceof DashkeepError && error.code === 'DK_STORE_NOT_FOUND') {
      return false;
    }
    // Longer than is asked for now, say because the days were made fewer.
    const refused = error instanceof DashkeepError && ['DK_STORE_LOCKED', 'DK_STORE_DENIED'].includes(error.code);
    const held = refused ? await lock.heldUntil(key, { signal }).catch(() => undefined) : undefined;
    if (held !== undefined && held.getTime() >= until.getTime() - term / PASSES_PER_TERM) {
      return false;
    }
    throw error;
  }
}
