import { allowManyListeners } from '../../lib/abortable.ts';
import { baseOf } from '../address.ts';
import type { FastPathClient } from './fast-path/client.ts';
import { fromS3, type Doing } from './errors.ts';
import type { ConnectionSettings } from './connection-settings.ts';

/** What every call of a store shares. */
export interface S3Connection extends ConnectionSettings {
  readonly direct: FastPathClient;
  /** When the store was last seen to do what is asked of it, in milliseconds, see `readBack`. */
  readonly confirmed: { encryption: number; lock: number };
}

/** A key of the store as the bucket has it, below the prefix of the target. */
export function keyIn({ resolved }: ConnectionSettings, key: string): string {
  return baseOf(resolved) + key;
}

/** Runs one call and puts what goes wrong into the catalogue's words; an abort rejects with the signal's own reason. */
export async function call<T>(
  connection: S3Connection,
  what: string,
  permission: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  allowManyListeners(signal);
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw fromS3(error, doing(connection, what, permission));
  }
}

/** What was being done, for the error. */
export function doing({ description, outbound }: S3Connection, what: string, permission: string): Doing {
  return { what, permission, where: description, quoted: outbound === undefined };
}
