import * as z from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { append } from '../../lib/append.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import { reasonOf } from '../../contract/errors.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { RunLine, runLine, type RunRecord } from '../../contract/runs.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { CacheFile, WORTH_WRITING } from './cache-file.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { parseRunKey, RUNS } from '../layout.ts';
import { isLater } from '../snapshots/future.ts';
import { listAgainFrom, newestKeys, type TimedKey } from '../snapshots/newest-keys.ts';
import { readRun, type RunRead } from '../runs.ts';

/** That many of the newest runs are in the index; older ones are read one by one. */
const KEPT = 1000;

/** It holds at least that many, if there are that many: what people look at. */
const FIRST_PAGES = 100;
const READS_AT_ONCE = 16;

const Entry = z.object({
  id: z.string(),
  encrypted: z.boolean(),
  /** Of the record that the line was taken from. */
  size: z.int().nonnegative(),
  /** Absent where the record was not read yet, or could not be. */
  line: RunLine.optional(),
});
type Entry = z.infer<typeof Entry>;

const IndexFile = z.object({
  format: z.literal(1),
  /** Whether there are none before the first one. */
  whole: z.boolean(),
  /** The newest without a gap, oldest first. */
  runs: z.array(Entry),
});
type Index = Omit<z.infer<typeof IndexFile>, 'format'>;
const EMPTY: Index = { whole: false, runs: [] };

/** Which runs are wanted. */
export interface RunsOptions extends RunRead {
  limit?: number;
  /** Those dated later follow all others. */
  now?: Date;
}

interface RunIndexPorts {
  store: ObjectStore;
  keyring: Keyring;
  clock: Clock;
  log: Log;
}

/**
 * `cache/runs.json.gz`: the newest runs without their lists of problems, so that their history opens with two requests.
 * Only ever a cache: the last page of names is asked of the store each time, and a record of another size is read
 * again.
 */
export class RunIndex {
  readonly #ports: RunIndexPorts;
  readonly #file: CacheFile<typeof IndexFile>;
  /** Ids of records found unreadable before, which are not read again, and the error if they are for others. */
  readonly #unreadable = new Map<string, unknown>();

  constructor(ports: RunIndexPorts) {
    this.#ports = ports;
    // Its lines are not signed: no one decides by them.
    const { store, keyring, log } = ports;
    this.#file = new CacheFile({ store, keyring, log }, 'runs', IndexFile);
  }

  /**
   * The newest runs that this process can read, newest first.
   * @throws DK_IDENTITY_MISSING with `mustOpen`, when it can read none of them
   */
  async read({ limit = Infinity, mustOpen = false, ...options }: RunsOptions = {}): Promise<RunLine[]> {
    const index = (await this.#file.read(options)) ?? EMPTY;
    const { entries, wanted, whole, looked } = await this.#current(index, limit, options);
    if (looked >= WORTH_WRITING) {
      await this.#save({ whole, runs: entries.toReversed() }, options.signal);
    }
    const lines = wanted.flatMap(({ line }) => line ?? []);
    const locked = wanted.map(({ id }) => this.#unreadable.get(id)).find((error) => error !== undefined);
    if (mustOpen && lines.length === 0 && locked !== undefined) {
      throw locked;
    }
    return lines;
  }

  /** The newest runs if the index and one page of names show all of them, newest first; undefined otherwise. */
  async quickView({ limit = Infinity, signal }: Abortable & { limit?: number } = {}): Promise<RunLine[] | undefined> {
    const index = await this.#file.read({ signal });
    if (index === undefined) {
      return undefined;
    }
    const entries = await this.#look(index, signal);
    const lines = entries.slice(0, limit).flatMap(({ line }) => line ?? []);
    return lines.length === limit || (index.whole && lines.length === entries.length) ? lines : undefined;
  }

  /**
   * Takes up a record that was just written, in that many bytes, and what else is new. One of a run that goes on is
   * read with each look at the list of names.
   */
  async add(record: RunRecord, size: number): Promise<void> {
    if (record.finished === undefined) {
      return;
    }
    const entry: Entry = { id: record.id, encrypted: this.#ports.keyring.encrypted, size, line: runLine(record) };
    await this.#change(async ({ whole, runs }) => {
      const [first] = runs;
      // One from before the first would leave a gap.
      const fits = first === undefined || whole || record.id >= first.id;
      const added = fits ? [...runs.filter(({ id }) => id !== record.id), entry] : runs;
      const index = { whole, runs: added.sort((a, b) => (a.id < b.id ? -1 : 1)) };
      const { entries, ...rest } = await this.#current(index, FIRST_PAGES);
      return { whole: rest.whole, runs: entries.reverse() };
    });
  }

  /** After records were removed. */
  async remove(ids: ReadonlySet<string>): Promise<void> {
    await this.#change(async ({ whole, runs }) => ({ whole, runs: runs.filter(({ id }) => !ids.has(id)) }));
  }

  /** Writes it once more as it is, for recipients that are new. */
  async rewrite(): Promise<void> {
    await this.#change(async (index) => index);
  }

  async #change(change: (index: Index) => Promise<Index>): Promise<void> {
    try {
      await this.#save(await change((await this.#file.read()) ?? EMPTY));
    } catch (error) {
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of runs was not updated');
    }
  }

  /** What there is now, newest first; of that, `limit` entries with lines are wanted. */
  async #current(
    index: Index,
    limit: number,
    { now, signal }: Omit<RunsOptions, 'limit'> = {},
  ): Promise<{ entries: Entry[]; wanted: Entry[]; whole: boolean; looked: number }> {
    const entries = await this.#look(index, signal);
    const due = (): Entry[] => entries.filter(({ id }) => now === undefined || !isLater(id, now));
    let { whole } = index;
    for (let found = due().length; found < limit && !whole; found = due().length) {
      const asked = limit - found + entries.length;
      const older = await this.#older(asked, entries.at(-1)?.id, signal);
      whole = older.length < asked;
      append(entries, older);
    }
    const wanted = [...new Set([...due(), ...entries])].slice(0, limit);
    const unread = wanted.filter(({ id, line }) => line === undefined && !this.#unreadable.has(id));
    await forEachConcurrently(READS_AT_ONCE, unread, (entry) => this.#readLine(entry, signal), signal);
    const [newest, ...others] = unread.filter(({ id }) => this.#unreadable.has(id));
    if (newest !== undefined) {
      this.#ports.log.warn({ runs: others.length + 1, newest: newest.id }, 'records of runs cannot be read');
    }
    return { entries, wanted, whole, looked: unread.length };
  }

  /** Newest first: the last page by a listing, what is older as the index has it. */
  async #look({ whole, runs }: Index, signal?: AbortSignal): Promise<Entry[]> {
    const ids = runs.map(({ id }) => id);
    const after = listAgainFrom(ids, this.#ports.clock.now()) ?? (whole ? '' : ids[0]);
    if (after === undefined) {
      return [];
    }
    const known = new Map(runs.map((entry) => [entry.id, entry]));
    const entries = runs.filter(({ id }) => id < after);
    for await (const { key, size } of this.#ports.store.list(RUNS, { startAfter: `${RUNS}${after}`, signal })) {
      const named = parseRunKey(key);
      const entry = named && known.get(named.id);
      if (named !== undefined) {
        // A record that was replaced since has another size.
        entries.push(entry?.size === size ? entry : { ...named, size });
      }
    }
    return entries.reverse();
  }

  #older(limit: number, before: string | undefined, signal?: AbortSignal): Promise<TimedKey[]> {
    return newestKeys(this.#ports.store, RUNS, parseRunKey, { limit, now: this.#ports.clock.now(), before, signal });
  }

  async #readLine(entry: Entry, signal?: AbortSignal): Promise<void> {
    try {
      const read = await readRun(this.#ports, entry, { signal, mustOpen: true });
      if (read === undefined) {
        this.#unreadable.set(entry.id, undefined);
      } else {
        entry.line = runLine(read.record);
      }
    } catch (error) {
      if (!hasCode('DK_IDENTITY_MISSING')(error)) {
        throw error;
      }
      this.#unreadable.set(entry.id, error);
    }
  }

  async #save({ whole, runs }: Index, signal?: AbortSignal): Promise<void> {
    const kept = runs.slice(-KEPT);
    await this.#file.write({ format: 1, whole: whole && kept.length === runs.length, runs: kept }, { signal });
  }
}
