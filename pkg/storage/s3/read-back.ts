import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { call, keyIn, type S3Connection } from './connection.ts';
import { isAbsentByHead } from './errors.ts';
import { getRetention } from './lock.ts';
import { valueIf } from '../../lib/expected-errors.ts';

/** Milliseconds after which it is read back again: a store can be changed while a service writes to it. */
const CONFIRMED_FOR = 3_600_000;

/**
 * Reads back whether the store did what the settings ask of it, until it did so, and hourly after that: a store that
 * does not know a header ignores it without an error.
 * @param key - of an object that was just written. @param locked - whether a lock was asked for.
 * @throws DK_SETTINGS when the store ignored encryption or object lock
 */
export async function readBack(
  connection: S3Connection,
  key: string,
  locked: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { confirmed, resolved } = connection;
  const { encryption } = resolved.settings;
  const now = connection.clock.now().getTime();
  const isDue = (since: number): boolean => Math.abs(now - since) >= CONFIRMED_FOR;
  if (encryption !== undefined && isDue(confirmed.encryption)) {
    confirmed.encryption = (await isEncrypted(connection, key, encryption.kind, signal)) ? now : -Infinity;
  }
  if (locked && isDue(confirmed.lock)) {
    confirmed.lock = (await isHeld(connection, key, signal)) ? now : -Infinity;
  }
}

/** @returns false where the store does not show the object yet */
async function isEncrypted(
  connection: S3Connection,
  key: string,
  kind: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const found = await call(connection, `read back ${key}`, 's3:GetObject', signal, async () => {
    const command = new HeadObjectCommand({ ...connection.common, Key: keyIn(connection, key) });
    const answer = connection.client.send(command, { abortSignal: signal });
    const found = await answer.catch(valueIf(isAbsentByHead, undefined));
    return found && (found.ServerSideEncryption ?? 'none');
  });
  // A key of the key service protects more than one of the store.
  if (found !== undefined && found !== kind && !found.startsWith('aws:kms')) {
    throw ignored(`${connection.description} stored ${key} without the encryption ${kind}`, 'encryption-ignored');
  }
  return found !== undefined;
}

/** A key that may not ask takes the lock on trust: a bucket that has none refuses it, as AWS does. */
async function isHeld(connection: S3Connection, key: string, signal: AbortSignal | undefined): Promise<boolean> {
  let cause: unknown;
  try {
    if ((await getRetention(connection, key, signal)) !== undefined) {
      return true;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof DashkeepError ? error.code : undefined;
    if (code === 'DK_STORE_DENIED') {
      return true;
    }
    // A store without object lock answers this in its own way.
    if (code !== 'DK_STORE_FAILED') {
      throw error;
    }
    cause = error;
  }
  throw ignored(`${connection.description} stored ${key} without object lock`, 'lock-ignored', cause);
}

function ignored(message: string, advice: 'encryption-ignored' | 'lock-ignored', cause?: unknown): DashkeepError {
  return new DashkeepError('DK_SETTINGS', message, { advice: reason(advice), cause });
}
