import type { Abortable } from '../lib/abortable.ts';
import { DashkeepError } from '../contract/errors.ts';
import type { Log } from '../contract/ports.ts';
import { RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import { MAX_RECORD_BYTES } from './objects/codec.ts';
import type { Keyring } from './encryption/keyring.ts';
import { isTimedId, runKey, type NamedKey } from './layout.ts';

/**
 * The record of a run, replaced as the run goes on. In an encrypted repository it is sealed: its errors name resources.
 * @returns its size as stored.
 */
export async function writeRun(
  store: ObjectStore,
  keyring: Keyring,
  record: RunRecord,
  { signal }: Abortable = {},
): Promise<number> {
  const plain = Buffer.from(`${JSON.stringify(RunRecord.parse(record))}\n`);
  const body = await keyring.sealMetadata(plain);
  await store.put(runKey(record.id, keyring.encrypted), body, {
    contentType: keyring.encrypted ? 'application/octet-stream' : 'application/json',
    signal,
  });
  return body.length;
}

/** The record of a run by its id, whether it was written before or after encryption was switched on. */
export async function findRun(
  { store, keyring, log }: { store: ObjectStore; keyring: Keyring; log: Log },
  id: string,
  calls: Abortable = {},
): Promise<RunRecord | undefined> {
  if (!isTimedId(id)) {
    return undefined;
  }
  const form = (encrypted: boolean): Promise<RunRecord | undefined> =>
    readRun(store, keyring, log, { id, encrypted }, calls);
  return (await form(keyring.encrypted)) ?? form(!keyring.encrypted);
}

/** Undefined when it is not there, or not readable here. */
export async function readRun(
  store: ObjectStore,
  keyring: Keyring,
  log: Log,
  { id, encrypted }: NamedKey,
  { signal }: Abortable = {},
): Promise<RunRecord | undefined> {
  try {
    const bytes = await store.get(runKey(id, encrypted), { signal, maxBytes: MAX_RECORD_BYTES });
    const plain = encrypted ? await keyring.opener.open(bytes, 'DK_INTEGRITY', `the record of run ${id}`) : bytes;
    return RunRecord.parse(JSON.parse(plain.toString('utf8')));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashkeepError && error.code.startsWith('DK_STORE')) {
      if (error.code === 'DK_STORE_NOT_FOUND') {
        return undefined;
      }
      throw error;
    }
    log.warn({ run: id }, 'the record of a run cannot be read');
    return undefined;
  }
}
