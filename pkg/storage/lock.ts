import type { ObjectStore } from './store.ts';

/** What a store does whose settings ask for object lock, beyond the port that the rest of the house uses. */
export interface StoreLock {
  /** For how many days what is put is held; undefined when object lock is not asked for. */
  readonly lockDays: number | undefined;
  /**
   * Holds an object until then.
   * @throws DK_STORE_NOT_FOUND, DK_STORE_DENIED, DK_STORE_LOCKED when that would be sooner than it is held anyway
   */
  hold(key: string, until: Date, options?: { signal?: AbortSignal }): Promise<void>;
  /** Undefined when nothing holds it. */
  heldUntil(key: string, options?: { signal?: AbortSignal }): Promise<Date | undefined>;
}

/** The lock of a store, also of a decorated one; undefined where none is asked for. */
export function lockOf(store: ObjectStore): (StoreLock & { readonly lockDays: number }) | undefined {
  if ('lockDays' in store) {
    return store.lockDays === undefined ? undefined : (store as unknown as StoreLock & { lockDays: number });
  }
  return 'inner' in store ? lockOf(store.inner as ObjectStore) : undefined;
}
