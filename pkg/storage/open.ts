import { impatient } from './decorators/silence.ts';
import { checkedLock } from './object-lock.ts';
import type { OpenStoreOptions, StoreExplanation } from './open.types.ts';
import type { ObjectStore } from './store.ts';
import { schemeOf, type StorageScheme, type Target } from './target.ts';

export type { OpenStoreOptions, StoreExplanation } from './open.types.ts';

/** When a store that answers nothing is reported, and the usual limit of one attempt. */
const [REPORTED_MS, ATTEMPT_MS] = [10_000, 30_000];

/**
 * Opens the store of a target, such as `s3://bucket/prefix` or `file:///directory`. Nothing is read from it or written
 * to it yet.
 *
 * @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS
 */
export async function openStore(target: string, options: OpenStoreOptions): Promise<ObjectStore> {
  return (await openExplained(target, options)).store;
}

/** The same, with where each part of the address and the key come from. */
export async function openExplained(
  target: string,
  options: OpenStoreOptions,
): Promise<StoreExplanation & { store: ObjectStore }> {
  if (options.lock !== undefined) {
    checkedLock(options.lock, 'the object lock from the settings');
  }
  // Each scheme opens the places that it parsed.
  const scheme = schemeOf(target) as StorageScheme<Target>;
  const place = scheme.parse(target.trim());
  const open = await scheme.load();
  const opened = await open(place, options);
  if (opened.store.localClock === true) {
    return opened;
  }
  const { s3, azure, gcs, log } = options;
  const attempt = Math.max(ATTEMPT_MS, ...[s3, azure, gcs].map((settings) => settings?.timeoutMilliseconds ?? 0));
  return { ...opened, store: impatient(opened.store, { reported: REPORTED_MS, failed: 2 * attempt }, log) };
}
