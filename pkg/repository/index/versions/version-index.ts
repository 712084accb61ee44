import type { Abortable } from '../../../lib/abortable.ts';
import { reasonOf } from '../../../contract/errors.ts';
import type { ResourceRef } from '../../../contract/kinds.ts';
import { countsNow, type Manifest, type SnapshotSummary } from '../../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../../contract/ports.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import { readBelow, type Below, type BelowPart } from './below/below.ts';
import { everyVersion, type EveryVersion } from './every-version.ts';
import type { HeadFile } from './files.ts';
import { keyOf, thingOf, type TableFile, type Thing, type ThingHistory } from './files.ts';
import { changesIn, foldedChanges, rowsOf, shardOf, type DatedChange, type DatedRow } from './fold.ts';
import { ManifestViews } from './manifest-views.ts';
import { MarksByCell } from './marks.ts';
import type { PartsPorts, VersionParts } from './parts.ts';
import { placedThings } from './below/placed.ts';
import { LIMITS, VersionUpdate, type Appended, type UpdateOptions } from './update.ts';
import { emptyHead, NO_TABLE, PartLost, VersionFiles } from './version-files.ts';
import { timelineOf, type VersionChange } from './timeline.ts';

/** How much of the history an answer is made from. */
export interface IndexedPart {
  indexed: number;
  /** Snapshots that are still to be read. */
  pending: number;
  /** Snapshots that cannot be read here. */
  unreadable: number;
}

/** A resource by its last title, and whether it is deleted. */
export type Name = [thing: Thing, title: string, deleted: boolean];

/** Parts of the large part that are read concurrently. */
const READS_AT_ONCE = 8;

/**
 * `cache/versions.json.gz` and `cache/versions/`: when each resource changed, over all snapshots that count. Made from
 * manifests alone, a snapshot at a time in the order of their ids, and only ever a cache: which snapshots exist comes
 * with each question, and what is lost or damaged is made again.
 */
export class VersionIndex {
  readonly #log: Log;
  readonly #files: VersionFiles;
  readonly #update: VersionUpdate;
  /** What the last update came to. */
  #head: HeadFile | undefined;
  #updating: Promise<unknown> = Promise.resolve();
  /** Updates that are under way or wait for their turn. */
  #underWay = 0;

  /** @param limits - when the head is folded */
  constructor(ports: PartsPorts & { clock: Clock; randomness: Randomness }, limits = LIMITS) {
    this.#log = ports.log;
    this.#files = new VersionFiles(ports);
    this.#update = new VersionUpdate(this.#files, new ManifestViews(ports), ports.clock, limits);
  }

  /** Takes up what is not indexed yet. One update at a time. @param summaries - of all snapshots, in any order */
  update(summaries: readonly SnapshotSummary[], options: UpdateOptions = {}): Promise<void> {
    const ids = countingIds(summaries);
    this.#underWay++;
    const update = async (): Promise<void> => {
      try {
        this.#head = await this.#update.run(ids, options).catch((error: unknown) => {
          if (error instanceof PartLost) {
            return this.#update.run(ids, options);
          }
          throw error;
        });
      } finally {
        this.#update.working = undefined;
        this.#underWay--;
      }
    };
    const run = this.#updating.then(update);
    this.#updating = run.catch(() => undefined);
    return run;
  }

  /**
   * The same after publishing, when nothing may fail any more. While the index is made again, which may take minutes,
   * nothing is done: the next answer takes up the rest.
   */
  async published(
    summaries: readonly SnapshotSummary[],
    options: UpdateOptions & { known: readonly Manifest[] },
  ): Promise<void> {
    if (this.#underWay > 0) {
      return;
    }
    try {
      await this.update(summaries, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      this.#log.warn({ reason: reasonOf(error) }, 'the index of versions was not updated');
    }
  }

  /** Versions that are new in a snapshot; undefined unless the last publishing took it up. */
  appended(id: string): Appended | undefined {
    return this.#update.appended.get(id);
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
    const marks = new MarksByCell(rows, existing);
    const news = changesIn(head);
    const changes = things.map((thing) => {
      const key = keyOf(thing);
      const all = [...foldedChanges(histories.get(key), table.snapshots), ...(news.get(key) ?? [])];
      return timelineOf(marks.with(thing, all));
    });
    return { changes, ...this.#partOf(rows, existing) };
  }

  /** What became of a folder and of all that is or was below it, newest first, as far as it is indexed. */
  async below(
    folder: ResourceRef,
    summaries: readonly SnapshotSummary[],
    { after, limit, ...calls }: BelowPart & Abortable = {},
  ): Promise<IndexedPart & Below> {
    const { head, table } = await this.#read([], calls);
    const { base } = head;
    const names = base === undefined ? undefined : await this.#files.parts.names(base.generation, calls);
    const rows = [...rowsOf(table), ...rowsOf(head)];
    const existing = new Set(countingIds(summaries));
    const placed = [...placedThings(folder.org, { head, table, names }).values()];
    const news = changesIn(head);
    const read = async (things: readonly Thing[]): Promise<DatedChange[][] | undefined> => {
      const histories = await this.#histories(head, things, calls);
      return (
        histories &&
        things.map((thing) => [
          ...foldedChanges(histories.get(keyOf(thing)), table.snapshots),
          ...(news.get(keyOf(thing)) ?? []),
        ])
      );
    };
    const isWhole = base === undefined || names !== undefined;
    const marks = new MarksByCell(rows, existing);
    const found = isWhole ? await readBelow(folder, { placed, marks, read }, { after, limit }) : undefined;
    if (found === undefined) {
      // Nothing is known then, until the next update has made the index again.
      this.#head = undefined;
      await this.#files.save(emptyHead(), calls);
      return { changes: [], more: false, total: 0, ...this.#partOf([], existing) };
    }
    return { ...found, ...this.#partOf(rows, existing) };
  }

  /** Every version of everything, a part at a time. @throws DK_INTEGRITY for a part that is damaged: update first */
  async everyVersion(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<EveryVersion> {
    const head = this.#head ?? (await this.#files.load(calls));
    const generation = head.base?.generation;
    const table = generation === undefined ? NO_TABLE : await this.#files.table(generation, calls);
    const ports = { head, parts: this.#files.parts, lost: () => this.#files.lost(calls) };
    return everyVersion(
      { ...ports, table: table ?? (await this.#files.lost(calls)) },
      new Set(countingIds(summaries)),
      calls,
    );
  }

  /**
   * Every resource that was ever seen, by its last title, and whether it is deleted.
   * @param options.whole - throw when a part is gone or damaged, instead of leaving it out
   * @throws DK_INTEGRITY: update first
   */
  async names({ whole = false, ...calls }: Abortable & { whole?: boolean } = {}): Promise<Name[]> {
    const head = this.#update.working ?? this.#head ?? (await this.#files.load(calls));
    const base = head.base === undefined ? undefined : await this.#files.parts.names(head.base.generation, calls);
    if (whole && head.base !== undefined && base === undefined) {
      await this.#files.lost(calls);
    }
    const found = new Map(
      (base?.names ?? []).map(([thing, title, deleted]): [string, Name] => [keyOf(thing), [thing, title, deleted]]),
    );
    for (const [, thing, is] of head.changes) {
      const key = keyOf(thing);
      const title = typeof is === 'string' ? (found.get(key)?.[1] ?? '') : is.title;
      found.set(key, [thing, title, is === 'deleted']);
    }
    return [...found.values()];
  }

  /** Generations of the large part whose files are in use. */
  generations(calls: Abortable = {}): Promise<Set<string>> {
    return this.#files.generations(calls);
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  rewrite(calls: Abortable = {}): Promise<void> {
    return this.#files.rewrite(calls);
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
      const head = this.#update.working ?? this.#head ?? (await this.#files.load(calls));
      const { base } = head;
      if (base === undefined) {
        return { head, table: NO_TABLE, histories: new Map() };
      }
      const table = this.#files.table(base.generation, calls);
      const [found, histories] = await Promise.all([table, this.#histories(head, things, calls)]);
      if (found !== undefined && histories !== undefined) {
        return { head, table: found, histories };
      }
      // Another process may have written a new generation since the head was read.
      this.#head = undefined;
    }
    this.#log.warn({}, 'the index of versions is damaged: it is made again');
    await this.#files.save(emptyHead(), calls);
    return { head: emptyHead(), table: NO_TABLE, histories: new Map() };
  }

  /** What the large part has about some resources; undefined when a part of it is gone or damaged. */
  async #histories(
    { base }: HeadFile,
    things: readonly Thing[],
    calls: Abortable,
  ): Promise<ReadonlyMap<string, ThingHistory> | undefined> {
    if (base === undefined) {
      return new Map();
    }
    const wanted = new Set(things.map((thing) => shardOf(thing, base.shards)));
    const of = new Set(things.map(keyOf));
    const read = (shard: number): ReturnType<VersionParts['shard']> =>
      this.#files.parts.shard(base.generation, shard, { ...calls, of });
    const shards = await mapConcurrently(READS_AT_ONCE, wanted, read, calls.signal);
    return shards.includes(undefined)
      ? undefined
      : new Map(shards.flatMap((shard) => shard?.things ?? []).map((one) => [keyOf(one.thing), one]));
  }

  #partOf(rows: readonly DatedRow[], existing: ReadonlySet<string>): IndexedPart {
    const shown = new Set(rows.map(({ id }) => id).filter((id) => existing.has(id)));
    const unreadable = [...existing].filter((id) => !shown.has(id) && this.#update.unreadable.has(id)).length;
    return { indexed: shown.size, pending: existing.size - shown.size - unreadable, unreadable };
  }
}

/** Ids of the snapshots that count here, oldest first. A drill's says nothing of what people had. */
export function countingIds(summaries: readonly SnapshotSummary[]): string[] {
  return summaries
    .filter((one) => countsNow(one) && one.trigger !== 'drill')
    .map(({ id }) => id)
    .sort();
}
