import type { Abortable } from '../../lib/abortable.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { OBJECTS, SNAPSHOTS } from '../layout.ts';

interface Ports extends Abortable {
  store: ObjectStore;
}

/** Whether any snapshot, or what is left of one, is encrypted. */
export async function holdsEncrypted({ store, signal }: Ports): Promise<boolean> {
  for (const folder of [SNAPSHOTS, OBJECTS]) {
    for await (const { key } of store.list(folder, { signal })) {
      if (key.endsWith('.age')) {
        return true;
      }
      if (folder === OBJECTS) {
        break;
      }
    }
  }
  return false;
}

/** Whether there is any file of a snapshot. */
export async function hasSnapshots({ store, signal }: Ports): Promise<boolean> {
  for await (const { key } of store.list(SNAPSHOTS, { signal })) {
    if (key !== '') {
      return true;
    }
  }
  return false;
}
