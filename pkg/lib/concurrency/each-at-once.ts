/**
 * Does the work for each item, up to that many concurrently and none ahead of time. After a failure nothing new is
 * begun, and the first failure is thrown when everything that was under way has ended.
 */
export async function forEachConcurrently<T>(
  atOnce: number,
  items: Iterable<T>,
  work: (item: T, index: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let index = 0;
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      try {
        signal?.throwIfAborted();
        await work(next.value, index++);
      } catch (error) {
        failure ??= { error };
      }
      if (failure !== undefined) {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failure !== undefined) {
    throw failure.error;
  }
}

/** The results in the order of the items. */
export async function mapConcurrently<T, R>(
  atOnce: number,
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const results: R[] = [];
  await forEachConcurrently(atOnce, items, async (item, index) => void (results[index] = await work(item)), signal);
  return results;
}
