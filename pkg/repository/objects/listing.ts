import type { ObjectInfo, ObjectStore } from '../../storage/store.ts';
import { OBJECTS, parseObjectKey, type NamedKey } from '../layout.ts';

export type ListedObject = NamedKey & ObjectInfo;

const MAX_LISTINGS = 16;

/**
 * Walks every object in the store, in `listings` listings side by side, each over an equal range of ids.
 * Keys under `objects/` that are no object's are passed to `other`.
 */
export async function walkObjects(
  store: ObjectStore,
  visit: (object: ListedObject) => void,
  options: { listings?: number; other?: (key: string) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const { listings = MAX_LISTINGS, other, signal } = options;
  const bound = (at: number): string =>
    `${OBJECTS}${Math.floor((256 * at) / listings)
      .toString(16)
      .padStart(2, '0')}`;
  const walkRange = async (index: number): Promise<void> => {
    const start = index === 0 ? undefined : bound(index);
    const end = index + 1 === listings ? undefined : bound(index + 1);
    for await (const info of store.list(OBJECTS, { startAfter: start, signal })) {
      if (end !== undefined && info.key >= end) {
        return;
      }
      // A store that ignores startAfter shows what belongs to another range.
      if (start === undefined || info.key >= start) {
        const named = parseObjectKey(info.key);
        if (named === undefined) {
          other?.(info.key);
        } else {
          visit({ ...info, ...named });
        }
      }
    }
  };
  await Promise.all(Array.from({ length: listings }, (_, index) => walkRange(index)));
}
