import type { OpenStoreOptions, StoreExplanation } from './open.types.ts';
import type { ObjectStore } from './store.ts';

/** One kind of storage. `schemes.ts` lists them by what their addresses start with. */
export interface StorageScheme<Place> {
  /** Reads an address without spaces around it that starts with the scheme. @throws DK_SETTINGS */
  parse(address: string): Place;
  /**
   * Opens the store there. Nothing is read from it or written to it yet. Its client is loaded only now: each takes a
   * tenth of a second and up to 20 MB.
   * @throws DK_SETTINGS, DK_NOT_ALLOWED, DK_STORE_CREDENTIALS
   */
  open(place: Place, options: OpenStoreOptions): Promise<StoreExplanation & { store: ObjectStore }>;
}
