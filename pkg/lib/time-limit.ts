import type { Clock } from '../contract/ports.ts';

/**
 * Asks something that may go by a time limit.
 * @param milliseconds - after which `over` resolves; it never rejects
 * @returns what `ask` gives; the timer does not outlive it
 */
export async function withTimeLimit<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  ask: (over: Promise<undefined>) => Promise<T>,
): Promise<T> {
  const timer = new AbortController();
  const over = clock.sleep(milliseconds, AbortSignal.any([signal, timer.signal])).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await ask(over);
  } finally {
    timer.abort();
  }
}
