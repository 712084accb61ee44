import * as z from 'zod';
import type { Abortable } from '../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { SnapshotSummary } from '../../contract/manifest.ts';
import type { Log } from '../../contract/ports.ts';
import type { TimePorts } from '../clocks.ts';
import { CacheFile, WORTH_WRITING } from './cache-file.ts';
import type { Keyring } from '../encryption/keyring.ts';
import { signatureKey, snapshotKey, type NamedKey } from '../layout.ts';
import type { Json } from '../../lib/json/json.ts';
import { futureSnapshots, warnOfLater } from '../snapshots/future.ts';
import { KnownEntries } from '../snapshots/known-entries.ts';
import { eachSnapshot, listSnapshots, readNeeds } from '../snapshots/manifests.ts';
import { ofKnownKinds } from '../snapshots/newer.ts';
import { listAgainFrom, type TimedKey } from '../snapshots/newest-keys.ts';
import { listSignatures } from '../signing/claims.ts';
import type { Trust } from '../signing/trust.ts';

interface Unreadable {
  id: string;
  error: DashkeepError;
}

const IndexFile = z.object({
  format: z.literal(1),
  snapshots: z.preprocess((lines) => ofKnownKinds(lines as Json), z.array(SnapshotSummary)),
});

type SnapshotIndexPorts = TimePorts & { keyring: Keyring; trust: Trust; log: Log };

/** Summaries by id. */
type Known = Map<string, SnapshotSummary>;

/** What a look at the store came to. */
interface Found {
  /** As the history shows them, oldest first. */
  summaries: SnapshotSummary[];
  /** As the index keeps them: a signature that is missing now may come back. */
  lines: SnapshotSummary[];
  unreadable: Unreadable[];
  /** How many manifests were read without a summary. */
  looked: number;
}

/**
 * `cache/snapshots.json.gz`: a summary of every snapshot, so that a long history opens with two requests. Only ever a
 * cache: which snapshots exist is asked of the store, the whole of it for all that decides or removes, the last page of
 * it for display.
 */
export class SnapshotIndex {
  readonly #ports: SnapshotIndexPorts;
  readonly #file: CacheFile<typeof IndexFile>;
  /** Found unreadable before: for display they are not read again. */
  readonly #unreadable = new Map<string, DashkeepError>();

  constructor(ports: SnapshotIndexPorts) {
    this.#ports = ports;
    this.#file = new CacheFile(ports, 'snapshots', IndexFile);
  }

  /**
   * What the history shows, oldest first.
   * @param options.whole - list all of it: otherwise what is older than the last page is shown as the index has it
   */
  async read(options: Abortable & { whole?: boolean } = {}): Promise<SnapshotSummary[]> {
    const { summaries, lines, unreadable, looked } = await this.#look(
      (await this.#load(options)) ?? new Map(),
      options,
    );
    const locked = lockedOut(summaries, unreadable);
    if (locked !== undefined) {
      throw locked;
    }
    if (looked >= WORTH_WRITING) {
      await this.#write(lines, options);
    }
    return summaries;
  }

  /** Those that reading it found unreadable, oldest first. */
  get unreadable(): Unreadable[] {
    const found = [...this.#unreadable].map(([id, error]) => ({ id, error }));
    return found.filter(({ error }) => error.code !== 'DK_NOT_FOUND').sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * Of what reading it found.
   * @param known - the ID of the newest snapshot that this version reads
   * @returns the ID of the newest snapshot, where only a newer version can read it
   */
  newerThan(known = ''): string | undefined {
    const newest = this.unreadable.findLast(({ error }) => error.code === 'DK_MANIFEST_NEWER')?.id;
    return newest !== undefined && newest > known ? newest : undefined;
  }

  /**
   * What the history shows if the index and one page of names show all of it, oldest first; undefined otherwise, and
   * when the repository must be opened to know whom a trusted key handed over to.
   */
  async quickView(calls: Abortable = {}): Promise<SnapshotSummary[] | undefined> {
    const known = await this.#load(calls);
    if (known === undefined) {
      return undefined;
    }
    const { keys, older, unsigned } = await this.#list(known, calls);
    const summaries = [...older, ...keys.map(({ id }) => id)].map((id) =>
      unsigned.has(id) ? undefined : known.get(id),
    );
    // Where keys are trusted, one that is not by what is at hand may be by a hand-over in the repository.
    const needsSigned = this.#ports.trust.standing === 'pinned';
    const isKnown = (one: SnapshotSummary | undefined): one is SnapshotSummary =>
      one !== undefined && (one.signed || !needsSigned);
    return summaries.every(isKnown) ? this.#dated(summaries, keys, calls) : undefined;
  }

  /**
   * Every snapshot there is by a full listing, oldest first, and those that could not be read; `locked` where that is
   * all of them.
   */
  async readWhole(
    calls: Abortable = {},
  ): Promise<{ summaries: SnapshotSummary[]; unreadable: string[]; locked: DashkeepError | undefined }> {
    this.#unreadable.clear();
    const known: Known = (await this.#load(calls)) ?? new Map();
    const { summaries, unreadable } = await this.#look(known, { ...calls, whole: true });
    const locked = lockedOut(summaries, unreadable);
    return { summaries, unreadable: unreadable.map(({ id }) => id), locked };
  }

  /**
   * Takes up what is new and drops what is gone. Failing that is a warning: the index is only a cache.
   * @returns what the history shows then, oldest first; undefined when it failed.
   */
  async update(
    options: Abortable & { add?: SnapshotSummary; whole?: boolean } = {},
  ): Promise<SnapshotSummary[] | undefined> {
    const { add, ...look } = options;
    if (look.whole === true) {
      this.#unreadable.clear();
    }
    try {
      const known: Known = (await this.#load(look)) ?? new Map();
      if (add !== undefined) {
        known.set(add.id, this.#ports.trust.judge(add));
      }
      const { summaries, lines } = await this.#look(known, look);
      await this.#write(lines, look);
      return summaries;
    } catch (error) {
      look.signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of snapshots was not updated');
      return undefined;
    }
  }

  /** Writes it again from summaries that were just read from the manifests themselves. */
  async replace(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<void> {
    await this.#write(summaries, calls);
  }

  async #look(known: Known, options: Abortable & { whole?: boolean }): Promise<Found> {
    const { signal } = options;
    const { keys, older, unsigned } = await this.#list(known, options);
    const unread = keys.filter(({ id }) => !known.has(id));
    const unreadable: Unreadable[] = [];
    const entries = new KnownEntries();
    const takeUp = async (key: NamedKey): Promise<void> => {
      const read = this.#unreadable.get(key.id) ?? (await this.#summary(key, entries, signal));
      if (read instanceof DashkeepError) {
        this.#unreadable.set(key.id, read);
        unreadable.push({ id: key.id, error: read });
      } else {
        known.set(read.id, read);
      }
    };
    await eachSnapshot(unread, takeUp, signal);
    const lines = [...older, ...keys.map(({ id }) => id)].flatMap((id) => known.get(id) ?? []);
    const judged = lines.map((one) => (unsigned.has(one.id) ? this.#ports.trust.withoutSignature(one) : one));
    const summaries = await this.#dated(judged, keys, { signal });
    return { summaries, lines, unreadable, looked: unread.length - unreadable.length };
  }

  /**
   * The last page of what there is, or all of it, the ids before that as the index has them, and the ids that it has as
   * signed and whose signature is missing.
   */
  async #list(
    known: Known,
    { signal, whole }: Abortable & { whole?: boolean },
  ): Promise<{ keys: TimedKey[]; older: string[]; unsigned: Set<string> }> {
    const ids = [...known.keys()].sort();
    const after = whole === true ? undefined : listAgainFrom(ids, this.#ports.clock.now());
    const { store } = this.#ports;
    const isSigned = [...known.values()].some(({ signed }) => signed);
    const [keys, signatures] = await Promise.all([
      listSnapshots(store, { signal, after }),
      isSigned ? listSignatures(store, { signal, after }) : new Set<string>(),
    ]);
    const unsigned = await this.#unsigned(
      keys.filter(({ id }) => known.get(id)?.signed),
      signatures,
      { signal },
    );
    return { keys, older: after === undefined ? [] : ids.filter((id) => id < after), unsigned };
  }

  /** Snapshots before there were signatures have none: a signed list names them. */
  async #unsigned(keys: readonly TimedKey[], signatures: ReadonlySet<string>, calls: Abortable): Promise<Set<string>> {
    const unsigned = new Set<string>();
    for (const { id, encrypted, both } of keys) {
      const files = (both === true ? [true, false] : [encrypted]).map((form) => snapshotKey(id, form));
      const isThere = files.some((file) => signatures.has(signatureKey(file)));
      if (!isThere && !(await this.#isListed(files, calls))) {
        unsigned.add(id);
      }
    }
    return unsigned;
  }

  async #isListed(files: readonly string[], calls: Abortable): Promise<boolean> {
    const listed = await Promise.all(files.map((file) => this.#ports.trust.isClaimed(file, [], calls)));
    return listed.includes(true);
  }

  async #dated(
    summaries: readonly SnapshotSummary[],
    keys: readonly TimedKey[],
    calls: Abortable,
  ): Promise<SnapshotSummary[]> {
    const future = await futureSnapshots(this.#ports, keys, calls);
    warnOfLater(this.#ports, keys.findLast(({ id }) => !future.has(id))?.id);
    return summaries.map((one) => (future.has(one.id) ? { ...one, future: true as const } : one));
  }

  async #summary(key: NamedKey, known: KnownEntries, signal?: AbortSignal): Promise<SnapshotSummary | DashkeepError> {
    try {
      return (await readNeeds(this.#ports, key, { signal, known })).summary;
    } catch (error) {
      if (isUnreadable(error)) {
        this.#ports.log.warn({ snapshot: key.id, reason: reasonOf(error) }, 'a snapshot cannot be read');
        return error;
      }
      throw error;
    }
  }

  async #load({ signal }: Abortable): Promise<Known | undefined> {
    const calls = { signal };
    const index = await this.#file.read(calls);
    await this.#ports.trust.meet(index?.snapshots ?? [], calls);
    return index && new Map(index.snapshots.map((summary) => [summary.id, this.#ports.trust.judge(summary)]));
  }

  async #write(summaries: readonly SnapshotSummary[], { signal }: Abortable): Promise<void> {
    const sorted = summaries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    // Holds and notes have their own files. Earlier releases read no line without `hold`.
    const lines = sorted.map(({ note: _, ...one }) => ({ ...one, hold: null }));
    await this.#file.write({ format: 1, snapshots: lines }, { signal });
  }
}

/** The error where no one here can read any of the history, which must not look like none. */
function lockedOut(summaries: readonly SnapshotSummary[], [first]: readonly Unreadable[]): DashkeepError | undefined {
  return summaries.length === 0 && first?.error.code === 'DK_IDENTITY_MISSING' ? first.error : undefined;
}

/** Errors that mean "this one manifest", not "the store". */
export function isUnreadable(error: unknown): error is DashkeepError {
  return (
    error instanceof DashkeepError &&
    ['DK_MANIFEST_DAMAGED', 'DK_MANIFEST_NEWER', 'DK_IDENTITY_MISSING', 'DK_NOT_FOUND'].includes(error.code)
  );
}
