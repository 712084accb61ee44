/** In one file, although it is long: updates, folds and questions share what this process knows of the index. */
import type { Abortable } from '../../../lib/abortable.ts';
import { DashkeepError, reasonOf } from '../../../contract/errors.ts';
import type { ResourceRef } from '../../../contract/kinds.ts';
import type { Manifest, SnapshotSummary } from '../../../contract/manifest.ts';
import type { Clock, Randomness } from '../../../contract/ports.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { CacheFile } from '../cache-file.ts';
import { appendSnapshot, knownOrgs } from './append.ts';
import { changesBelow, marksOf, withChanges, type Indexed, type ResourceChange } from './below.ts';
import { cellsBefore } from './cells-before.ts';
import { everyVersion, type EveryVersion } from './every-version.ts';
import {
  HeadFile,
  keyOf,
  thingOf,
  type NamesFile,
  type TableFile,
  type Thing,
  type ThingHistory,
  type VersionState,
} from './files.ts';
import { changesIn, foldedChanges, rowsOf, shardOf, type DatedRow } from './fold.ts';
import { writeGeneration } from './generation.ts';
import { ManifestViews } from './manifest-views.ts';
import { VersionParts, type PartsPorts } from './parts.ts';
import { timelineOf, type VersionChange } from './timeline.ts';

export interface UpdateOptions extends Abortable {
  /** Read at most that many manifests, and look at what is newer than the large part alone. */
  most?: number;
  /** Manifests that are at hand. */
  known?: readonly Manifest[];
  onProgress?: (done: number, total: number) => void;
}

/** How much of the history an answer is made from. */
export interface IndexedPart {
  indexed: number;
  /** Snapshots that are still to be read. */
  pending: number;
  /** Snapshots that cannot be read here. */
  unreadable: number;
}

/** What is new in a snapshot. */
export interface Appended {
  /** The snapshot before it in the index, which may be forgotten by now; undefined when it is the first. */
  after: string | undefined;
  versions: (VersionState & { thing: Thing })[];
}

/** That many changes, or snapshots, are in the head before they are folded into the large part. */
const LIMITS = {
  changes: 2000,
  snapshots: 1000,
  /** Changes while much is indexed in one go: a fold reads and writes everything. */
  changesInBulk: 40_000,
};
/** The head is saved meanwhile, so that an interrupted process goes on where it was. */
const SAVED_EVERY_MS = 20_000;
/** That many snapshots at a time are much. */
const BULK = 100;

/** Parts of the large part that are read concurrently. */
const READS_AT_ONCE = 8;

const emptyHead = (): HeadFile => ({ format: 1, scopes: [], snapshots: [], changes: [], unread: [] });

/**
 * `cache/versions.json.gz` and `cache/versions/`: when each resource changed, over all snapshots that count. Made from
 * manifests alone, a snapshot at a time in the order of their ids, and only ever a cache: which snapshots exist comes
 * with each question, and what is lost or damaged is made again.
 */
export class VersionIndex {
  readonly #ports: PartsPorts & { clock: Clock; randomness: Randomness };
  readonly #file: CacheFile<typeof HeadFile>;
  readonly #parts: VersionParts;
  readonly #views: ManifestViews;
  readonly #limits: typeof LIMITS;
  readonly #unreadable = new Set<string>();
  /** What the last publishing changed, by snapshot. */
  readonly #appended = new Map<string, Appended>();
  /** What this process knows and could not write. */
  #unsaved: HeadFile | undefined;
  /** While an update runs, what it has so far; after it, what it came to. */
  #working: HeadFile | undefined;
  #head: HeadFile | undefined;
  #table: TableFile | undefined;
  #updating: Promise<unknown> = Promise.resolve();

  /** @param limits - when the head is folded */
  constructor(ports: PartsPorts & { clock: Clock; randomness: Randomness }, limits = LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
    this.#file = new CacheFile(ports, 'versions', HeadFile);
    this.#parts = new VersionParts(ports);
    this.#views = new ManifestViews(ports);
  }

  /** Takes up what is not indexed yet. One update at a time. @param summaries - of all snapshots, in any order */
  update(summaries: readonly SnapshotSummary[], options: UpdateOptions = {}): Promise<void> {
    const ids = countingIds(summaries);
    const update = async (): Promise<void> => {
      try {
        this.#head = await this.#update(ids, options).catch((error: unknown) => {
          if (error instanceof PartLost) {
            return this.#update(ids, options);
          }
          throw error;
        });
      } finally {
        this.#working = undefined;
      }
    };
    const run = this.#updating.then(update);
    this.#updating = run.catch(() => undefined);
    return run;
  }

  /** The same after publishing, when nothing may fail any more. */
  async published(
    summaries: readonly SnapshotSummary[],
    options: UpdateOptions & { known: readonly Manifest[] },
  ): Promise<void> {
    try {
      await this.update(summaries, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of versions was not updated');
    }
  }

  /** Versions that are new in a snapshot; undefined unless the last publishing took it up. */
  appended(id: string): Appended | undefined {
    return this.#appended.get(id);
  }

  /** What became of a resource, oldest first, as far as it is indexed. */
  async of(
    ref: ResourceRef,
    summaries: readonly SnapshotSummary[],
    calls: Abortable = {},
  ): Promise<IndexedPart & { changes: VersionChange[] }> {
    const { changes, ...part } = await this.ofMany([ref], summaries, calls);
    return { ...part, changes: changes[0] ?? [] };
  }

  /** The same of several resources, in their order; each part of the index is read once. */
  async ofMany(
    refs: readonly ResourceRef[],
    summaries: readonly SnapshotSummary[],
    calls: Abortable = {},
  ): Promise<IndexedPart & { changes: VersionChange[][] }> {
    const things = refs.map(thingOf);
    const { head, table, histories } = await this.#read(things, calls);
    const rows = [...rowsOf(table), ...rowsOf(head)];
    const existing = new Set(countingIds(summaries));
    const changes = things.map((thing) => {
      const all = [...foldedChanges(histories.get(keyOf(thing)), table.snapshots), ...changesIn(head, thing)];
      return timelineOf(withChanges(marksOf(rows, existing, thing), all));
    });
    return { changes, ...this.#partOf(rows, existing) };
  }

  /**
   * What became of a folder and of all that is or was below it, newest first, as far as it is indexed. Reads all of the
   * index.
   */
  async below(
    folder: ResourceRef,
    summaries: readonly SnapshotSummary[],
    calls: Abortable = {},
  ): Promise<IndexedPart & { changes: ResourceChange[] }> {
    const { head, table } = await this.#read([thingOf(folder)], calls);
    const rows = [...rowsOf(table), ...rowsOf(head)];
    const existing = new Set(countingIds(summaries));
    const all = new Map<string, Indexed>();
    const { generation = '', shards = 0 } = head.base ?? {};
    for (let shard = 0; shard < shards; shard++) {
      const file = await this.#parts.shard(generation, shard, calls);
      if (file === undefined) {
        // Nothing is known then, until the next update has made the index again.
        this.#head = undefined;
        await this.#save(emptyHead(), calls);
        return { changes: [], ...this.#partOf([], existing) };
      }
      for (const history of file.things.filter(({ thing: [org] }) => org === folder.org)) {
        const changes = foldedChanges(history, table.snapshots);
        all.set(keyOf(history.thing), { thing: history.thing, changes });
      }
    }
    for (const [at, thing, is] of head.changes) {
      const snapshot = head.snapshots[at]?.[0];
      const known = all.get(keyOf(thing)) ?? { thing, changes: [] };
      all.set(keyOf(thing), known);
      if (snapshot !== undefined) {
        known.changes.push({ snapshot, is });
      }
    }
    return { changes: changesBelow(folder, [...all.values()], rows, existing), ...this.#partOf(rows, existing) };
  }

  /** Every version of everything, a part at a time. @throws DK_INTEGRITY for a part that is damaged: update first */
  async everyVersion(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<EveryVersion> {
    const head = this.#head ?? (await this.#load(calls));
    const generation = head.base?.generation;
    const table = generation === undefined ? NO_TABLE : await this.#readTable(generation, calls);
    const ports = { head, parts: this.#parts, lost: () => this.#lost(calls) };
    return everyVersion(
      { ...ports, table: table ?? (await this.#lost(calls)) },
      new Set(countingIds(summaries)),
      calls,
    );
  }

  /**
   * Every resource that was ever seen, by its last title, and whether it is deleted.
   * @param options.whole - throw when a part is gone or damaged, instead of leaving it out
   * @throws DK_INTEGRITY: update first
   */
  async names({ whole = false, ...calls }: Abortable & { whole?: boolean } = {}): Promise<NamesFile['names']> {
    const head = this.#working ?? this.#head ?? (await this.#load(calls));
    const base = head.base === undefined ? undefined : await this.#parts.names(head.base.generation, calls);
    if (whole && head.base !== undefined && base === undefined) {
      await this.#lost(calls);
    }
    const found = new Map((base?.names ?? []).map((name) => [keyOf(name[0]), name]));
    for (const [, thing, is] of head.changes) {
      const key = keyOf(thing);
      const title = typeof is === 'string' ? (found.get(key)?.[1] ?? '') : is.title;
      found.set(key, [thing, title, is === 'deleted']);
    }
    return [...found.values()];
  }

  /** Generations of the large part whose files are in use. */
  async generations(calls: Abortable = {}): Promise<Set<string>> {
    const { base } = (await this.#file.read(calls)) ?? emptyHead();
    return new Set([base?.generation, base?.previous].filter((one) => one !== undefined));
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  async rewrite(calls: Abortable = {}): Promise<void> {
    try {
      const head = await this.#file.read(calls);
      const folded = head?.base === undefined ? head : await this.#fold(head, () => true, calls);
      if (folded === undefined) {
        return;
      }
      const { base } = folded;
      await this.#save(base === undefined ? folded : { ...folded, base: { ...base, previous: undefined } }, calls);
      if (base?.previous !== undefined) {
        await this.#parts.remove(base.previous, calls);
      }
    } catch (error) {
      calls.signal?.throwIfAborted();
      this.#ports.log.warn({ reason: reasonOf(error) }, 'the index of versions was not written again');
    }
  }

  async #update(ids: readonly string[], options: UpdateOptions): Promise<HeadFile> {
    const { most, signal, onProgress } = options;
    this.#appended.clear();
    let head = await this.#load(options);
    let table: TableFile | undefined;
    if (most === undefined && head.base !== undefined) {
      table = await this.#readTable(head.base.generation, options);
      head = table === undefined ? emptyHead() : head;
    }
    const indexed = new Set([...(table?.snapshots ?? []), ...head.snapshots].map(([id]) => id));
    const isLeft = (id: string): boolean => most !== undefined && id <= (head.base?.last ?? '');
    const first = ids.find((id) => !indexed.has(id) && !this.#unreadable.has(id) && !isLeft(id));
    if (first === undefined) {
      return head;
    }
    const existing = new Set(ids);
    if (first < (head.snapshots.at(-1)?.[0] ?? head.base?.last ?? '')) {
      head = await this.#cutBefore(head, first, existing, options);
    }
    const start = head.snapshots.at(-1)?.[0] ?? head.base?.last ?? '';
    const taken = ids.filter((id) => id > start && !this.#unreadable.has(id)).slice(0, most);
    const limits = this.#limits;
    const mostChanges = taken.length > BULK ? limits.changesInBulk : limits.changes;
    let saved = this.#ports.clock.monotonic();
    for (const [done, id] of taken.entries()) {
      signal?.throwIfAborted();
      this.#working = head;
      if (!(await this.#append(head, id, existing, options))) {
        this.#unreadable.add(id);
      }
      onProgress?.(done + 1, taken.length);
      if (head.changes.length > mostChanges || head.snapshots.length > limits.snapshots) {
        head = await this.#fold(head, (one) => existing.has(one), options);
      } else if (this.#ports.clock.monotonic() - saved > SAVED_EVERY_MS) {
        saved = this.#ports.clock.monotonic();
        await this.#save(head, options);
      }
    }
    if (head.changes.length > limits.changes) {
      head = await this.#fold(head, (one) => existing.has(one), options);
    }
    await this.#save(head, options);
    return head;
  }

  /** @returns whether the snapshot could be read */
  async #append(
    head: HeadFile,
    id: string,
    existing: ReadonlySet<string>,
    { known, signal }: UpdateOptions,
  ): Promise<boolean> {
    const orgs = knownOrgs(head);
    const view = await this.#views.get(id, orgs, known ?? [], { signal });
    if (view === undefined) {
      return false;
    }
    const ports = {
      head,
      table: async () => (await this.#readTable(head.base?.generation ?? '', { signal })) ?? this.#lost({ signal }),
      view: async (one: string) =>
        existing.has(one) ? this.#views.get(one, orgs, known ?? [], { signal }) : undefined,
      parts: this.#parts,
      lost: () => this.#lost({ signal }),
    };
    const from = head.changes.length;
    const after = head.snapshots.at(-1)?.[0] ?? head.base?.last;
    appendSnapshot(head, view, await cellsBefore(ports, view, { signal }));
    if (known !== undefined) {
      const fresh = head.changes.slice(from);
      const versions = fresh.flatMap(([, thing, is]) => (typeof is === 'string' ? [] : { thing, ...is }));
      this.#appended.set(id, { after, versions });
    }
    return true;
  }

  async #load(calls: Abortable): Promise<HeadFile> {
    return this.#unsaved ?? (await this.#file.read(calls)) ?? emptyHead();
  }

  async #save(head: HeadFile, calls: Abortable): Promise<void> {
    this.#unsaved = (await this.#file.write(head, calls)) ? undefined : head;
  }

  async #readTable(generation: string, calls: Abortable): Promise<TableFile | undefined> {
    if (this.#table?.generation !== generation) {
      this.#table = await this.#parts.table(generation, calls);
    }
    return this.#table;
  }

  /**
   * Head, table and shard that fit each other. Where they do not, the index is lost, and made again by the next update.
   */
  async #read(
    things: readonly Thing[],
    calls: Abortable,
  ): Promise<{
    head: HeadFile;
    table: Pick<TableFile, 'scopes' | 'snapshots'>;
    histories: ReadonlyMap<string, ThingHistory>;
  }> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const head = this.#working ?? this.#head ?? (await this.#load(calls));
      const { base } = head;
      if (base === undefined) {
        return { head, table: NO_TABLE, histories: new Map() };
      }
      const table = this.#readTable(base.generation, calls);
      const wanted = new Set(things.map((thing) => shardOf(thing, base.shards)));
      const read = (shard: number): ReturnType<VersionParts['shard']> =>
        this.#parts.shard(base.generation, shard, calls);
      const [found, shards] = await Promise.all([table, mapConcurrently(READS_AT_ONCE, wanted, read, calls.signal)]);
      if (found !== undefined && shards.every((shard) => shard !== undefined)) {
        const names = new Set(things.map(keyOf));
        const histories = shards.flatMap((shard) => shard.things.filter(({ thing }) => names.has(keyOf(thing))));
        return { head, table: found, histories: new Map(histories.map((one) => [keyOf(one.thing), one])) };
      }
      // Another process may have written a new generation since the head was read.
      this.#head = undefined;
    }
    this.#ports.log.warn({}, 'the index of versions is damaged: it is made again');
    await this.#save(emptyHead(), calls);
    return { head: emptyHead(), table: NO_TABLE, histories: new Map() };
  }

  #partOf(rows: readonly DatedRow[], existing: ReadonlySet<string>): IndexedPart {
    const shown = new Set(rows.map(({ id }) => id).filter((id) => existing.has(id)));
    const unreadable = [...existing].filter((id) => !shown.has(id) && this.#unreadable.has(id)).length;
    return { indexed: shown.size, pending: existing.size - shown.size - unreadable, unreadable };
  }

  /** The index as it was before a snapshot, which turned up after younger ones: all from there on is read again. */
  async #cutBefore(head: HeadFile, id: string, existing: ReadonlySet<string>, calls: Abortable): Promise<HeadFile> {
    const { base } = head;
    if (base !== undefined && id < base.last) {
      const folded = await this.#fold(head, (one) => existing.has(one) && one < id, calls);
      return folded === head ? emptyHead() : folded;
    }
    const snapshots = head.snapshots.filter(([one]) => one < id);
    const changes = head.changes.filter(([at]) => at < snapshots.length);
    const unread = new Map((base?.unread ?? []).map((thing) => [keyOf(thing), thing]));
    for (const [, thing, is] of changes) {
      unread.delete(keyOf(thing));
      if (is === 'unread') {
        unread.set(keyOf(thing), thing);
      }
    }
    return { ...head, snapshots, changes, unread: [...unread.values()] };
  }

  /** Puts what is in the head into the large part, without the snapshots that do not stay. */
  async #fold(head: HeadFile, stays: (id: string) => boolean, calls: Abortable): Promise<HeadFile> {
    const { randomness, trust, log } = this.#ports;
    const generation = randomness.hex(8);
    const folded = await writeGeneration({ head, generation, parts: this.#parts, stays, signal: calls.signal });
    if (folded === undefined) {
      log.debug({ trust: trust.standing }, 'the index of versions stays in one part');
      return head;
    }
    await this.#save(folded, calls);
    const unused = head.base?.previous;
    if (unused !== undefined && this.#unsaved === undefined) {
      await this.#parts.remove(unused, calls);
    }
    return folded;
  }

  /** Begins the index again, for a part of it is gone or damaged. @throws PartLost */
  async #lost(calls: Abortable): Promise<never> {
    await this.#save(emptyHead(), calls);
    throw new PartLost('DK_INTEGRITY', 'a part of the index of versions is damaged');
  }
}

/** What is to be done is begun again, with an index that is made again. */
class PartLost extends DashkeepError {}

const NO_TABLE = { scopes: [], snapshots: [] };

/** Ids of the snapshots that count here, oldest first. A drill's says nothing of what people had. */
export function countingIds(summaries: readonly SnapshotSummary[]): string[] {
  return summaries
    .filter(({ foreign, trigger }) => foreign !== true && trigger !== 'drill')
    .map(({ id }) => id)
    .sort();
}
