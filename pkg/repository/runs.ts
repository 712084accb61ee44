import pLimit from 'p-limit';
import { DashkeepError } from '../contract/errors.ts';
import type { Log } from '../contract/ports.ts';
import { RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import { MAX_RECORD_BYTES } from './codec.ts';
import type { Keyring } from './keyring.ts';
import { compactTime, parseRunKey, runKey, RUNS, timeOfId, type NamedKey } from './layout.ts';

interface Calls {
  signal?: AbortSignal;
}

const DAY = 86_400_000;
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
  const keys = (await newestRuns(store, now, limit, before, signal)).slice(0, limit);
  const atOnce = pLimit(READS_AT_ONCE);
  const records = await Promise.all(keys.map((key) => atOnce(() => readRun(store, keyring, log, key, signal))));
  return records.filter((record) => record !== undefined);
}

/** Listings go forwards only, so look back over ever longer times until there are enough. */
async function newestRuns(
  store: ObjectStore,
  now: Date,
  limit: number,
  before: string | undefined,
  signal: AbortSignal | undefined,
): Promise<NamedKey[]> {
  const end = before === undefined ? now : timeOfId(before);
  const found = new Map<string, NamedKey>();
  for (let days = 7; ; days *= 8) {
    const start = new Date(end.getTime() - days * DAY);
    const fromTheStart = limit === Infinity || start.getTime() < Date.UTC(2020, 0);
    for await (const { key } of store.list(RUNS, {
      startAfter: fromTheStart ? undefined : `${RUNS}${compactTime(start)}`,
      signal,
    })) {
      const named = parseRunKey(key);
      if (before !== undefined && named !== undefined && named.id >= before) {
        break;
      }
      if (named !== undefined) {
        found.set(named.id, named);
      }
    }
    if (fromTheStart || found.size >= limit) {
      return [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    }
  }
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
