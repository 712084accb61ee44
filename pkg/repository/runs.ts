import type { Abortable } from '../lib/abortable.ts';
import { hasCode } from '../lib/expected-errors.ts';
import { compact } from '../contract/compact.ts';
import { DashkeepError } from '../contract/errors.ts';
import { RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import { MAX_RECORD_BYTES } from './objects/codec.ts';
import { heapSizeOf } from '../lib/json/heap-size.ts';
import type { Keyring } from './encryption/keyring.ts';
import { compactTime, isTimedId, parseRunKey, runKey, RUNS, type NamedKey } from './layout.ts';
import { claimsIn } from './signing/claims.ts';
import type { Author, Trust } from './signing/trust.ts';
import { rememberRestore } from './unfinished-restores.ts';

/** Values of a record: a few bytes of text can become twenty times as many. */
const MOST_HEAP = 4 * MAX_RECORD_BYTES;

export interface RunPorts {
  store: ObjectStore;
  keyring: Keyring;
  trust: Trust;
}

/** How a record is read. */
export interface RunRead extends Abortable {
  /** Fail with DK_IDENTITY_MISSING if it is encrypted for others, instead of finding none. */
  mustOpen?: boolean;
}

/** How a record is written. */
export interface RunWrite extends Abortable {
  /** What a restore touched comes from the stored record, which may be an earlier state that someone put back. */
  isKept?: boolean;
}

/** A record of a run as it was stored, with who signed it. */
export interface StoredRun {
  record: RunRecord;
  author: Author;
}

/** A record with the text that its signature is about, which it carries itself. */
interface ReadRun {
  record: RunRecord;
  text: string;
  signature: string;
}

/**
 * The record of a run, replaced as the run goes on; so its signature is part of it, as of a session, and never that of
 * another state. In an encrypted repository it is sealed: its errors name resources.
 * @returns its size as stored.
 */
export async function writeRun(
  { store, keyring, trust }: RunPorts,
  given: RunRecord,
  { signal, isKept }: RunWrite = {},
): Promise<number> {
  const key = runKey(given.id, keyring.encrypted);
  const record = RunRecord.parse(given);
  // No key is made for a record alone: anyone who only looks leaves none behind.
  const signs = trust.own !== undefined && trust.standing !== 'replaced';
  const signature = signs
    ? await trust.signing.statement(key, JSON.stringify(record), undefined, { signal })
    : undefined;
  const body = await keyring.sealRecord(Buffer.from(`${JSON.stringify(compact({ ...record, signature }))}\n`));
  await store.put(key, body, {
    contentType: keyring.encrypted ? 'application/octet-stream' : 'application/json',
    signal,
  });
  if (isKept !== true) {
    await rememberRestore(trust.keys.state, record);
  }
  return body.length;
}

/**
 * The record of a run by its id, whether it was written before or after encryption was switched on.
 * @throws DK_IDENTITY_MISSING with `mustOpen`
 */
export async function findRun(ports: RunPorts, id: string, calls: RunRead = {}): Promise<StoredRun | undefined> {
  if (!isTimedId(id)) {
    return undefined;
  }
  const { encrypted } = ports.keyring;
  for (const named of [
    { id, encrypted },
    { id, encrypted: !encrypted },
  ]) {
    const read = await readRun(ports, named, calls);
    if (read !== undefined) {
      return { record: read.record, author: await authorOf(ports, named, read, calls) };
    }
  }
  return undefined;
}

function authorOf({ trust }: RunPorts, { id, encrypted }: NamedKey, read: ReadRun, calls: Abortable): Promise<Author> {
  const file = runKey(id, encrypted);
  return trust.author(file, Buffer.from(read.text), claimsIn(read.signature, trust.keys.repository, file), calls);
}

/**
 * The ids of the runs that began in a period, oldest first: by the names of their records alone.
 * @param most - no more than these
 */
export async function runIdsBetween(
  store: ObjectStore,
  { from, to, most }: { from: Date; to: Date; most: number },
  { signal }: Abortable = {},
): Promise<string[]> {
  const ids = new Set<string>();
  const last = `${compactTime(to)}~`;
  for await (const { key } of store.list(RUNS, { startAfter: `${RUNS}${compactTime(from)}`, signal })) {
    const id = parseRunKey(key)?.id;
    if (id !== undefined && (id > last || ids.size === most)) {
      break;
    }
    if (id !== undefined) {
      ids.add(id);
    }
  }
  return [...ids];
}

/** Undefined when it is not there, or not readable here. @throws DK_IDENTITY_MISSING with `mustOpen` */
export async function readRun(
  { store, keyring }: Pick<RunPorts, 'store' | 'keyring'>,
  { id, encrypted }: NamedKey,
  { signal, mustOpen = false }: RunRead = {},
): Promise<ReadRun | undefined> {
  try {
    const bytes = await store.get(runKey(id, encrypted), { signal, maxBytes: MAX_RECORD_BYTES });
    const plain = encrypted ? await keyring.opener.open(bytes, 'DK_INTEGRITY', `the record of run ${id}`) : bytes;
    const whole = plain.toString('utf8');
    if (heapSizeOf(whole) > MOST_HEAP) {
      throw new DashkeepError('DK_INTEGRITY', 'the record is larger than any valid record');
    }
    const { signature, ...file } = JSON.parse(whole) as Record<string, unknown>;
    const record = RunRecord.parse(file);
    if (record.id !== id) {
      throw new DashkeepError('DK_INTEGRITY', 'the record belongs to another run');
    }
    // They become parts of commands that people copy.
    for (const other of [record.snapshot, record.source, record.undoes]) {
      if (other !== undefined && !isTimedId(other)) {
        throw new DashkeepError('DK_INTEGRITY', 'the record refers to something that is not a run or snapshot');
      }
    }
    return {
      record,
      text: JSON.stringify(file),
      signature: typeof signature === 'string' ? signature : '',
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (mustOpen && hasCode('DK_IDENTITY_MISSING')(error)) {
      throw error;
    }
    const isTooLarge = error instanceof DashkeepError && error.code === 'DK_STORE_TOO_LARGE';
    if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && !isTooLarge) {
      if (error.code === 'DK_STORE_NOT_FOUND') {
        return undefined;
      }
      throw error;
    }
    return undefined;
  }
}
