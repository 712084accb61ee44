import { z } from 'zod';
import { DashkeepError, reasonOf } from '../contract/errors.ts';
import { SnapshotSummary } from '../contract/manifest.ts';
import type { Log } from '../contract/ports.ts';
import type { ObjectStore } from '../storage/store.ts';
import { compress, inflate, MAX_RECORD_BYTES } from './codec.ts';
import { eachAtOnce } from './concurrency.ts';
import type { Keyring } from './keyring.ts';
import { CACHE, compactTime, timeOfId, type NamedKey } from './layout.ts';
import { listSnapshots, readManifest, summaryOf } from './manifests.ts';

interface Calls {
  signal?: AbortSignal;
}

/** Up to here every snapshot fits one page of a listing, and nothing needs to be taken on trust. */
const LISTED_WHOLE = 900;
/** Snapshots younger than the newest by less than that are always looked for, whatever the index says. */
const LISTED_AGAIN = 7 * 86_400_000;
const READS_AT_ONCE = 8;
/** So many manifests read for want of a summary make it worth writing the index again. */
const WORTH_WRITING = 10;

interface Unreadable {
  id: string;
  error: DashkeepError;
}

const IndexFile = z.object({ format: z.literal(1), snapshots: z.array(SnapshotSummary) });

/**
 * `cache/snapshots.json.gz`: a summary of every snapshot, so that a long history opens with two requests. Only ever a
 * cache: which snapshots exist is asked of the store, the whole of it for all that decides or removes, the last days of
 * it for display.
 */
export class SnapshotIndex {
  readonly #store: ObjectStore;
  readonly #keyring: Keyring;
  readonly #log: Log;
  readonly #key: string;
  /** Found unreadable before: for display they are not read again. */
  readonly #unreadable = new Map<string, DashkeepError>();

  constructor(store: ObjectStore, keyring: Keyring, log: Log) {
    this.#store = store;
    this.#keyring = keyring;
    this.#log = log;
    this.#key = `${CACHE}snapshots.json.gz${keyring.encrypted ? '.age' : ''}`;
  }

  /** What the history shows, oldest first. */
  async read(calls: Calls = {}): Promise<SnapshotSummary[]> {
    const { summaries, unreadable, looked } = await this.#current(await this.#load(calls), { ...calls, whole: false });
    const [first] = unreadable;
    if (summaries.length === 0 && first?.error.code === 'DK_IDENTITY_MISSING') {
      // A history that nobody here can read must not look like none.
      throw first.error;
    }
    if (looked >= WORTH_WRITING) {
      await this.#write(summaries, calls);
    }
    return summaries;
  }

  /** Every snapshot there is by a full listing, oldest first, and those that could not be read. */
  async readWhole(calls: Calls = {}): Promise<{ summaries: SnapshotSummary[]; unreadable: string[] }> {
    const { summaries, unreadable } = await this.#current(await this.#load(calls), { ...calls, whole: true });
    return { summaries, unreadable: unreadable.map(({ id }) => id) };
  }

  /** Takes up what is new and drops what is gone. Failing that is a warning: the index is only a cache. */
  async update(options: Calls & { add?: SnapshotSummary; whole?: boolean } = {}): Promise<void> {
    const { add, signal } = options;
    try {
      const known = await this.#load({ signal });
      if (add !== undefined) {
        known.set(add.id, add);
      }
      const { summaries } = await this.#current(known, { signal, whole: options.whole ?? false });
      await this.#write(summaries, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      this.#log.warn({ reason: reasonOf(error) }, 'the index of snapshots was not updated');
    }
  }

  /** Writes it anew from summaries that were just read from the manifests themselves. */
  async replace(summaries: readonly SnapshotSummary[], calls: Calls = {}): Promise<void> {
    await this.#write(
      [...summaries].sort((a, b) => (a.id < b.id ? -1 : 1)),
      calls,
    );
  }

  async #current(
    known: Map<string, SnapshotSummary>,
    { signal, whole }: Calls & { whole: boolean },
  ): Promise<{ summaries: SnapshotSummary[]; unreadable: Unreadable[]; looked: number }> {
    const ids = [...known.keys()].sort();
    const newest = ids.at(-1);
    let after: string | undefined;
    if (!whole && newest !== undefined && ids.length > LISTED_WHOLE) {
      after = compactTime(new Date(timeOfId(newest).getTime() - LISTED_AGAIN));
    }
    const keys = await listSnapshots(this.#store, { signal, after });
    const unread = keys.filter(({ id }) => !known.has(id));
    const unreadable: Unreadable[] = [];
    await eachAtOnce(
      READS_AT_ONCE,
      unread,
      async (key) => {
        const before = whole ? undefined : this.#unreadable.get(key.id);
        const read = before ?? (await this.#summary(key, signal));
        if (read instanceof DashkeepError) {
          this.#unreadable.set(key.id, read);
          unreadable.push({ id: key.id, error: read });
        } else {
          known.set(read.id, read);
        }
      },
      signal,
    );
    const older = after === undefined ? [] : ids.filter((id) => id < after);
    const summaries = [...older, ...keys.map(({ id }) => id)]
      .map((id) => known.get(id))
      .filter((summary) => summary !== undefined);
    return { summaries, unreadable, looked: unread.length - unreadable.length };
  }

  async #summary(key: NamedKey, signal?: AbortSignal): Promise<SnapshotSummary | DashkeepError> {
    try {
      return summaryOf((await readManifest(this.#store, this.#keyring, key, { signal })).manifest);
    } catch (error) {
      if (isUnreadable(error)) {
        this.#log.warn({ snapshot: key.id, reason: reasonOf(error) }, 'a snapshot cannot be read');
        return error;
      }
      throw error;
    }
  }

  async #load({ signal }: Calls): Promise<Map<string, SnapshotSummary>> {
    try {
      const bytes = await this.#store.get(this.#key, { signal, maxBytes: MAX_RECORD_BYTES });
      const zipped = this.#keyring.encrypted
        ? await this.#keyring.opener.open(bytes, 'DK_INTEGRITY', this.#key)
        : bytes;
      const text = await inflate(zipped, MAX_RECORD_BYTES, 'DK_INTEGRITY', this.#key);
      const { snapshots } = IndexFile.parse(JSON.parse(text));
      return new Map(snapshots.map((summary) => [summary.id, summary]));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DashkeepError && error.code.startsWith('DK_STORE') && !ABSENT.has(error.code)) {
        throw error;
      }
      return new Map();
    }
  }

  async #write(summaries: readonly SnapshotSummary[], { signal }: Calls): Promise<void> {
    try {
      const text = JSON.stringify({ format: 1, snapshots: summaries });
      await this.#store.put(this.#key, await this.#keyring.sealMetadata(await compress(text)), {
        contentType: this.#keyring.encrypted ? 'application/octet-stream' : 'application/gzip',
        transient: true,
        signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      this.#log.debug({ reason: reasonOf(error) }, 'the index of snapshots cannot be written with these rights');
    }
  }
}

const ABSENT: ReadonlySet<string> = new Set(['DK_STORE_NOT_FOUND', 'DK_STORE_TOO_LARGE']);

/** Errors that mean "this one manifest", not "the store". */
export function isUnreadable(error: unknown): error is DashkeepError {
  return (
    error instanceof DashkeepError &&
    ['DK_MANIFEST_DAMAGED', 'DK_IDENTITY_MISSING', 'DK_NOT_FOUND'].includes(error.code)
  );
}
