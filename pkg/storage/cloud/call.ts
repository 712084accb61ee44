import type { Clock, Randomness } from '../../contract/ports.ts';
import { allowManyListeners } from '../../lib/abortable.ts';
import { fromCloud, isTransient, type ServiceCodes } from './errors.ts';

/** The same number as the S3 client makes. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MILLISECONDS = 100;

export interface CallPorts {
  clock: Clock;
  random: Randomness;
  /** The store's description, for errors. */
  where: string;
  codes: ServiceCodes;
}

/**
 * Runs one call, retries it where that may help, and translates errors into the catalogue's; an abort rejects with the
 * signal's own reason.
 * @param work - is given the number of the attempt, from 1
 */
export async function call<T>(
  { clock, random, where, codes }: CallPorts,
  what: string,
  permission: string,
  signal: AbortSignal | undefined,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  allowManyListeners(signal);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === ATTEMPTS || !isTransient(error)) {
        throw fromCloud(error, { what, where, permission }, codes);
      }
    }
    // Spread out, so that calls that failed together do not return together.
    await clock.sleep(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (0.5 + random.fraction() / 2), signal);
  }
}
