import { DashkeepError } from '../contract/errors.ts';
import type { Log } from '../contract/ports.ts';
import { RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import { MAX_RECORD_BYTES } from './codec.ts';
import { mapAtOnce } from './concurrency.ts';
import type { Keyring } from './keyring.ts';
import { parseRunKey, runKey, RUNS, type NamedKey } from './layout.ts';
import { newestKeys } from './newest.ts';

interface Calls {
  signal?: AbortSignal;
}

const READS_AT_ONCE = 16;

/** The record of a run, replaced as the run goes on. In an encrypted repository it is sealed: its errors name resources. */
export async function writeRun(
  store: ObjectStore,
  keyring: Keyring,
  record: RunRecord,
  { signal }: Calls = {},
): Promise<void> {
  const plain = Buffer.from(`${JSON.stringify(RunRecord.parse(record))}\n`);
  await store.put(runKey(record.id, keyring.encrypted), await keyring.sealMetadata(plain), {
    contentType: keyring.encrypted ? 'application/octet-stream' : 'application/json',
    signal,
  });
}

/** The records that this process can read, newest first; `before` is the id to go on from. */
export async function readRuns(
  store: ObjectStore,
  keyring: Keyring,
  log: Log,
  now: Date,
  { limit = Infinity, before, signal }: Calls & { limit?: number; before?: string } = {},
): Promise<RunRecord[]> {
  const keys = await newestKeys(store, RUNS, parseRunKey, { limit, now, before, signal });
  const records = await mapAtOnce(READS_AT_ONCE, keys, (key) => readRun(store, keyring, log, key, signal), signal);
  return records.filter((record) => record !== undefined);
}

async function readRun(
  store: ObjectStore,
  keyring: Keyring,
  log: Log,
  { id, encrypted }: NamedKey,
  signal?: AbortSignal,
): Promise<RunRecord | undefined> {
  try {
    const bytes = await store.get(runKey(id, encrypted), { signal, maxBytes: MAX_RECORD_BYTES });
    const plain = encrypted ? await keyring.opener.open(bytes, 'DK_INTEGRITY', `the record of run ${id}`) : bytes;
    return RunRecord.parse(JSON.parse(plain.toString('utf8')));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && error.code !== 'DK_STORE_NOT_FOUND') {
      throw error;
    }
    log.warn({ run: id }, 'the record of a run cannot be read');
    return undefined;
  }
}
