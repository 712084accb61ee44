import type { ResourceRef } from '../../../contract/kinds.ts';
import { countsNow, isFull, type Manifest, type SnapshotSummary } from '../../../contract/manifest.ts';
import type { Clock } from '../../../contract/ports.ts';
import type { Abortable } from '../../../lib/abortable.ts';
import { mapConcurrently } from '../../../lib/concurrency/each-at-once.ts';
import type { IndexPorts } from '../generations/format.ts';
import { byShard } from '../generations/shards.ts';
import { keyOf, thingOf, type Thing } from '../generations/thing.ts';
import {
  readBelow,
  readChanges,
  type Below,
  type BelowPart,
  type BelowPorts,
  type ChangeFilter,
  type ChangeList,
} from './below/below.ts';
import { placedThings } from './below/placed.ts';
import { everyVersion, type EveryVersion } from './every-version.ts';
import type { HeadFile, IsSameOrg, TableFile, ThingHistory } from './files.ts';
import { changesIn, merged, rowsOf, unfolded, type DatedRow, type Known } from './fold.ts';
import { foldVersions, namesOf, NO_TABLE, versionFiles, type VersionFiles } from './generation.ts';
import { ManifestViews } from './manifest-views.ts';
import { ObservationsByCell, type AskedFor } from './observations.ts';
import { timelineOf, type VersionChange } from './timeline.ts';
import { LIMITS, VersionUpdate, type Appended, type UpdateOptions } from './update.ts';

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
  readonly #files: VersionFiles;
  readonly #update: VersionUpdate;

  /** @param limits - when the head is folded */
  constructor(ports: IndexPorts & { clock: Clock }, limits = LIMITS) {
    this.#files = versionFiles(ports);
    this.#update = new VersionUpdate(this.#files, new ManifestViews(ports), ports.clock, limits);
  }

  /** Takes up what is not indexed yet. One update at a time. @param summaries - of all snapshots, in any order */
  update(summaries: readonly SnapshotSummary[], options: UpdateOptions = {}): Promise<void> {
    return this.#files.update(() => this.#update.run(eligibleSnapshotIds(summaries), options));
  }

  /** The same after publishing, when nothing may fail any more: what is left is left to the next answer. */
  published(
    summaries: readonly SnapshotSummary[],
    options: UpdateOptions & { known: readonly Manifest[] },
  ): Promise<void> {
    return this.#files.published(() => this.#update.run(eligibleSnapshotIds(summaries), options), options);
  }

  /** Versions that are new in a snapshot; undefined unless the last publishing took it up. */
  appended(id: string): Appended | undefined {
    return this.#update.appended.get(id);
  }

  /** What became of a resource, oldest first, as far as it is indexed. */
  async of(
    ref: ResourceRef,
    summaries: readonly SnapshotSummary[],
    calls: AskedFor = {},
  ): Promise<IndexedPart & { changes: VersionChange[] }> {
    const { changes, ...part } = await this.ofMany([ref], summaries, calls);
    return { ...part, changes: changes[0] ?? [] };
  }

  /** The same of several resources, in their order; each part of the index is read once. */
  async ofMany(
    refs: readonly ResourceRef[],
    summaries: readonly SnapshotSummary[],
    { isSameOrg, ...calls }: AskedFor = {},
  ): Promise<IndexedPart & { changes: VersionChange[][] }> {
    const things = refs.map(thingOf);
    return this.#files.again(async () => {
      const state = await this.#state(summaries, calls, isSameOrg);
      return { changes: await this.#timelines(state, things, calls), ...this.#partOf(state) };
    });
  }

  /** What became of a folder and of all that is or was below it, newest first, as far as it is indexed. */
  below(
    folder: ResourceRef,
    summaries: readonly SnapshotSummary[],
    { after, limit, isSameOrg, ...calls }: BelowPart & AskedFor = {},
  ): Promise<IndexedPart & Below> {
    return this.#placed(folder.org, summaries, { isSameOrg, ...calls }, (ports) =>
      readBelow(folder, ports, { after, limit }),
    );
  }

  /** What became of the resources of an organization, newest first, as far as it is indexed. */
  changes(
    filter: ChangeFilter,
    summaries: readonly SnapshotSummary[],
    { after, limit, whole, isEnough, ...asked }: BelowPart & AskedFor = {},
  ): Promise<IndexedPart & ChangeList> {
    const { org, returned } = filter;
    const part = { after, limit, whole, isEnough };
    return this.#placed(org, summaries, asked, (ports) => readChanges(filter, ports, part), returned);
  }

  #placed<Found>(
    org: number,
    summaries: readonly SnapshotSummary[],
    { isSameOrg, ...calls }: AskedFor,
    find: (ports: BelowPorts) => Promise<Found>,
    returned?: ChangeFilter['returned'],
  ): Promise<IndexedPart & Found> {
    return this.#files.again(async () => {
      const state = await this.#state(summaries, calls, isSameOrg);
      const names = await namesOf(this.#files, state.head, calls);
      const placed = [...placedThings(org, { ...state, names }).values()];
      const read = (things: readonly Thing[]): Promise<VersionChange[][]> =>
        this.#timelines(state, things, calls, returned);
      return { ...(await find({ placed, marks: state.marks, read })), ...this.#partOf(state) };
    });
  }

  /** Every version of everything, a part at a time. @throws PartLost for one that is damaged: update first */
  async everyVersion(summaries: readonly SnapshotSummary[], calls: Abortable = {}): Promise<EveryVersion> {
    const state = await this.#state(summaries, calls);
    return everyVersion(this.#files, state, state.existing, calls);
  }

  /**
   * Every resource that was ever seen, by its last title, and whether it is deleted.
   * @param options.whole - throw when a part is gone or damaged, instead of giving what is left. @throws PartLost
   */
  names({ whole = false, ...calls }: Abortable & { whole?: boolean } = {}): Promise<Name[]> {
    const read = async (): Promise<Name[]> => {
      const head = await this.#files.known(calls);
      const names = (await namesOf(this.#files, head, calls))?.names ?? [];
      const found = new Map(names.map((name): [string, Name] => [keyOf(name[0]), [name[0], name[1], name[2]]]));
      for (const [, thing, is] of head.changes) {
        const key = keyOf(thing);
        const title = typeof is === 'string' ? (found.get(key)?.[1] ?? '') : is.title;
        found.set(key, [thing, title, is === 'deleted']);
      }
      return [...found.values()];
    };
    return whole ? read() : this.#files.again(read);
  }

  /** IDs that an organization had which is not the one that is asked about. */
  async sharedOrgs(isSameOrg: IsSameOrg, calls: Abortable): Promise<ReadonlySet<number>> {
    const { rows } = await this.#files.again(() => this.#state([], calls));
    const all = rows.flatMap(({ id, scope }) => scope.orgs.map((org) => ({ id, org })));
    return new Set(all.flatMap(({ id, org: [org, name] }) => (isSameOrg(id, org, name) ? [] : [org])));
  }

  /** Generations of the large part whose files are in use. */
  generations(calls: Abortable = {}): Promise<Set<string>> {
    return this.#files.generations(calls);
  }

  /** Writes all of it once more as it is, for recipients that are new. Failing that, it is made again. */
  rewrite(calls: Abortable = {}): Promise<void> {
    return this.#files.rewrite((head) => foldVersions(this.#files, head, () => true, calls), calls);
  }

  /** Head and table that fit each other, with the snapshots that there are. */
  async #state(summaries: readonly SnapshotSummary[], calls: Abortable, isSameOrg?: IsSameOrg): Promise<IndexState> {
    const head = await this.#files.known(calls);
    const table = (await this.#files.table(head, calls)) ?? NO_TABLE;
    const rows = [...rowsOf(table), ...rowsOf(head)];
    const existing = new Set(eligibleSnapshotIds(summaries));
    const full = new Set(summaries.filter(isFull).map(({ id }) => id));
    const marks = new ObservationsByCell(rows, { existing, full }, isSameOrg);
    return { head, table, rows, existing, marks, news: changesIn(head) };
  }

  /** What became of each of these resources. */
  async #timelines(
    { head, table, marks, news }: IndexState,
    things: readonly Thing[],
    calls: Abortable,
    returned?: ChangeFilter['returned'],
  ): Promise<VersionChange[][]> {
    const keys = new Set(things.map(keyOf));
    const shards =
      head.base === undefined
        ? []
        : byShard(
            things.map((thing) => ({ thing })),
            head.base.shards,
          ).keys();
    const isWanted = ({ thing }: { thing: Thing }): boolean => keys.has(keyOf(thing));
    const read = (shard: number): Promise<ThingHistory[]> => this.#files.shard(head, shard, calls, isWanted);
    const folded = (await mapConcurrently(READS_AT_ONCE, shards, read, calls.signal)).flat();
    const added = [...keys].flatMap((key) => news.get(key) ?? []);
    const known = merged(
      folded.map((one) => unfolded(one, table.snapshots)),
      added,
    );
    return things.map((thing) => {
      const [, kind, uid] = thing;
      const dated = marks.with(thing, known.get(keyOf(thing))?.changes ?? []);
      return timelineOf(dated, returned?.get(`${kind}/${uid}`));
    });
  }

  #partOf({ rows, existing }: IndexState): IndexedPart {
    const shown = new Set(rows.map(({ id }) => id).filter((id) => existing.has(id)));
    const unreadable = [...existing].filter((id) => !shown.has(id) && this.#update.unreadable.has(id)).length;
    return { indexed: shown.size, pending: existing.size - shown.size - unreadable, unreadable };
  }
}

interface IndexState {
  head: HeadFile;
  table: Pick<TableFile, 'scopes' | 'snapshots'>;
  rows: DatedRow[];
  /** Ids of the snapshots that there are. */
  existing: ReadonlySet<string>;
  marks: ObservationsByCell;
  news: ReadonlyMap<string, Known>;
}

/** Ids of the snapshots that count here, oldest first. A drill's says nothing of what people had. */
export function eligibleSnapshotIds(summaries: readonly SnapshotSummary[]): string[] {
  return summaries
    .filter((one) => countsNow(one) && one.trigger !== 'drill')
    .map(({ id }) => id)
    .sort();
}
