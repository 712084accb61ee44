import type { DashkeepError } from '../../../pkg/contract/errors.ts';
import type { ObjectInfo, ObjectStore } from '../../../pkg/storage/store.ts';

/** All of a listing. */
export async function all(infos: AsyncIterable<ObjectInfo>): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const info of infos) {
    found.push(info);
  }
  return found;
}

/** All keys below a prefix, in the order of the store. */
export async function keysOf(store: ObjectStore, prefix: string, startAfter?: string): Promise<string[]> {
  return (await all(store.list(prefix, { startAfter }))).map((info) => info.key);
}

/** Does the work for each item, at most that many concurrently. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) {
        await work(item);
      }
    }),
  );
}

/** The code of an error of the catalogue. */
export function codeOf(error: unknown): string | undefined {
  return (error as DashkeepError).code;
}

/** Names of the folders directly below a prefix, by its keys. */
export async function foldersOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const below = (await keysOf(store, prefix)).map((key) => key.slice(prefix.length).split('/'));
  return [...new Set(below.flatMap(([name = '', rest]) => (rest === undefined ? [] : [name])))].sort();
}
