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

/** The results one after another in the order of the items, some of which are worked on ahead. */
export async function* readAhead<T, R>(
  ahead: number,
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  for (const item of items) {
    const one = work(item);
    // What fails ahead is thrown when it is its turn.
    one.catch(() => undefined);
    pending.push(one);
    const first = pending.length > ahead ? pending.shift() : undefined;
    if (first !== undefined) {
      yield await first;
    }
  }
  for (const one of pending) {
    yield await one;
  }
}
