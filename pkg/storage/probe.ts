import type { ObjectStore } from './store.ts';

/** What only a check asks of a store, beyond the port that the rest of the house uses. */
export interface StoreProbe {
  /** Bytes `first` to `last`, both included. */
  range(key: string, first: number, last: number, signal?: AbortSignal): Promise<Buffer>;
  /** A conditional put with what the store made of the condition. */
  putIfAbsent(key: string, body: Buffer, signal?: AbortSignal): Promise<'written' | 'exists' | 'refused'>;
  versioning(signal?: AbortSignal): Promise<boolean>;
  objectLock(signal?: AbortSignal): Promise<boolean>;
}

export function isProbe(store: ObjectStore): store is ObjectStore & StoreProbe {
  return 'putIfAbsent' in store && 'objectLock' in store;
}
