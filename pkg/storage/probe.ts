import type { ObjectStore } from './store.ts';

/** What only a check asks of a store, beyond the port that the rest of the house uses. */
export interface StoreProbe {
  /** The service's name where it is known: by its address, or by what it calls itself in the answers so far. */
  readonly provider: string | undefined;
  /** Whether object lock was asked for in the settings. */
  readonly wantsLock: boolean;
  /** The rights to list and to delete, as the service names them. */
  readonly permissions: { list: string; remove: string };
  /** Bytes `first` to `last`, both included. */
  range(key: string, first: number, last: number, signal?: AbortSignal): Promise<Buffer>;
  /** A conditional put with what the store made of the condition. */
  putIfAbsent(key: string, body: Buffer, signal?: AbortSignal): Promise<'written' | 'exists' | 'refused'>;
  /** Whether deleted objects become noncurrent versions; suspended: only those that were written before. */
  versioning(signal?: AbortSignal): Promise<boolean | 'suspended'>;
  objectLock(signal?: AbortSignal): Promise<boolean>;
  /** Names of the lifecycle rules that delete current objects, or move them where they cannot be read. */
  expiringRules(signal?: AbortSignal): Promise<string[]>;
}

/** The probe of a store, also of a decorated one; undefined for a store that can do no more than the port. */
export function probeOf(store: ObjectStore): StoreProbe | undefined {
  if ('putIfAbsent' in store && 'objectLock' in store) {
    return store as ObjectStore & StoreProbe;
  }
  return 'inner' in store ? probeOf(store.inner as ObjectStore) : undefined;
}
