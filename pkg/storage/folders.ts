import type { Abortable } from '../lib/abortable.ts';
import type { ObjectStore } from './store.ts';

/** Follows the slash in byte order. */
const AFTER_SLASH = '0';

/** Names of the folders directly below a store's prefix, in byte order: one request for each. */
export async function foldersOf(store: ObjectStore, { signal }: Abortable = {}): Promise<string[]> {
  const folders: string[] = [];
  let startAfter: string | undefined;
  for (;;) {
    const key = await firstKey(store, { startAfter, signal });
    if (key === undefined) {
      return folders;
    }
    const [name = '', rest] = key.split('/');
    if (rest !== undefined) {
      folders.push(name);
    }
    startAfter = rest === undefined ? key : name + AFTER_SLASH;
  }
}

async function firstKey(
  store: ObjectStore,
  options: Abortable & { startAfter: string | undefined },
): Promise<string | undefined> {
  for await (const { key } of store.list('', options)) {
    return key;
  }
  return undefined;
}
