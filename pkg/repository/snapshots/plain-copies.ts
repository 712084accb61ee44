import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { Log } from '../../contract/ports.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { compress, inflateText, MAX_RECORD_BYTES } from '../objects/codec.ts';
import { PLAIN_COPIES, PLAIN_COPIES_INDEX_KEY as INDEX_KEY } from '../layout.ts';
import type { PlainCopies } from '../repository.types.ts';

/** Room for `org-<n>-dashboard-` and `.json` within 200 bytes. */
const UID_BYTES = 140;

/** What each copy was made from, by key; the size reveals a copy that somebody else wrote. */
const Index = z.record(z.string(), z.object({ from: z.string(), size: z.int().nonnegative() }));
type Index = z.infer<typeof Index>;

/**
 * `grafana-backups/dashboard-<uid>.json`, as the classic script names it; other orgs have theirs in the name.
 * A uid that is not made of letters, digits, dash, underscore and inner dots is written as %XX of its bytes, so that
 * it can neither leave the folder nor meet another uid.
 */
export function plainCopyKey(org: number, uid: string): string {
  let name = '';
  for (const byte of Buffer.from(uid, 'utf8')) {
    const character = String.fromCharCode(byte);
    name += /[A-Za-z0-9._-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (name.length > UID_BYTES) {
    name = `${name.slice(0, UID_BYTES - 20)}%${createHash('sha256').update(uid).digest('hex').slice(0, 16)}`;
  }
  return `${PLAIN_COPIES}${org === 1 ? '' : `org-${org}-`}dashboard-${name}.json`;
}

/** Plain copies of dashboards: what changed is written, nothing is ever deleted, as the classic script had it. */
export async function openPlainCopies(store: ObjectStore, log: Log, { signal }: Abortable = {}): Promise<PlainCopies> {
  const [index, sizes] = await Promise.all([readIndex(store, log, signal), readSizes(store, signal)]);
  let changed = false;
  return {
    has(org, uid, from) {
      const key = plainCopyKey(org, uid);
      const entry = Object.hasOwn(index, key) ? index[key] : undefined;
      return entry !== undefined && entry.from === from && sizes.get(key) === entry.size;
    },
    async write(org, uid, from, text, calls = {}) {
      const key = plainCopyKey(org, uid);
      const body = Buffer.from(text, 'utf8');
      await store.put(key, body, { contentType: 'application/json', signal: calls.signal });
      sizes.set(key, body.length);
      index[key] = { from, size: body.length };
      changed = true;
    },
    async finish(calls = {}) {
      if (!changed) {
        return;
      }
      try {
        await store.put(INDEX_KEY, await compress(JSON.stringify(index)), {
          contentType: 'application/gzip',
          transient: true,
          signal: calls.signal,
        });
        changed = false;
      } catch (error) {
        calls.signal?.throwIfAborted();
        log.warn(
          { reason: reasonOf(error) },
          'the list of plain copies was not written; the next run writes them again',
        );
      }
    },
  };
}

async function readIndex(store: ObjectStore, log: Log, signal?: AbortSignal): Promise<Index> {
  try {
    const bytes = await store.get(INDEX_KEY, { signal, maxBytes: MAX_RECORD_BYTES });
    return Index.parse(JSON.parse(await inflateText(bytes, MAX_RECORD_BYTES, 'DK_INTEGRITY', INDEX_KEY)));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && error.code !== 'DK_STORE_NOT_FOUND') {
      throw error;
    }
    log.debug({ reason: reasonOf(error) }, 'no list of plain copies: all are written');
    return {};
  }
}

async function readSizes(store: ObjectStore, signal?: AbortSignal): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of store.list(PLAIN_COPIES, { signal })) {
    sizes.set(key, size);
  }
  return sizes;
}
