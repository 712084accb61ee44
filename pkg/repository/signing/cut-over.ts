import type { Abortable } from '../../lib/abortable.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { ENVELOPE_BYTES, MAX_MANIFEST_BYTES, MAX_RECORD_BYTES } from '../objects/codec.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { CUT_OVER_KEY, parseSnapshotKey, signatureKey, SNAPSHOTS } from '../layout.ts';
import { sha256Of } from './statement.ts';
import { hasCode, valueIf } from '../../lib/expected-errors.ts';

const FILES_AT_ONCE = 8;

/** As `sha256sum` prints it, so that `sha256sum --check` reads the list. */
const LINE = /^([0-9a-f]{64}) {2}([!-~]{1,200})$/;

/** What was in a repository before anything was signed: the SHA-256 of each file by its key. */
export type CutOver = ReadonlyMap<string, string>;

/**
 * The text of the list: every manifest that is there now and that no one signed. Not the keys: anyone who can write to
 * the bucket may have put one there.
 */
export async function listForCutOver(
  store: ObjectStore,
  { signal, signed }: Abortable & { signed: ReadonlySet<string> },
): Promise<{ text: string; snapshots: number }> {
  const files: string[] = [];
  for await (const { key } of store.list(SNAPSHOTS, { signal })) {
    if (parseSnapshotKey(key) !== undefined && !signed.has(signatureKey(key))) {
      files.push(key);
    }
  }
  const lines: string[] = [];
  await forEachConcurrently(
    FILES_AT_ONCE,
    files,
    async (key) => {
      const read = store.get(key, { signal, maxBytes: MAX_MANIFEST_BYTES + ENVELOPE_BYTES });
      const bytes = await read.catch(valueIf(isPassedOver, undefined));
      if (bytes !== undefined) {
        lines.push(`${sha256Of(bytes)}  ${key}\n`);
      }
    },
    signal,
  );
  return { text: lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join(''), snapshots: files.length };
}

/** Removed since it was listed, or larger than anything that Dashkeep writes. */
const isPassedOver = hasCode('DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE');

/** The list as stored; undefined when there is none. */
export function readCutOver(store: ObjectStore, { signal }: Abortable): Promise<Buffer | undefined> {
  return store.get(CUT_OVER_KEY, { signal, maxBytes: MAX_RECORD_BYTES }).catch(valueIf(isPassedOver, undefined));
}

/** Reads the list; lines that are none of it are passed over. */
export function parseCutOver(bytes: Buffer): CutOver {
  const files = new Map<string, string>();
  for (const line of bytes.toString('latin1').split('\n')) {
    const [, sha256, file] = LINE.exec(line) ?? [];
    if (sha256 !== undefined && file !== undefined) {
      files.set(file, sha256);
    }
  }
  return files;
}
