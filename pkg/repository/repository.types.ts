import type { ResourceRef } from '../contract/kinds.ts';
import type { Manifest, SnapshotSummary } from '../contract/manifest.ts';
import type { RunLine, RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { EncodedObject } from './objects/encoder.ts';
import type { Encoder } from './objects/encode-thread.ts';
import type { PackedTexts } from './index/texts/files.ts';
import type { Below, BelowPart, ResourceChange } from './index/versions/below/below.ts';
import type { AskedFor } from './index/versions/marks.ts';
import type { IndexedPart } from './index/versions/version-index.ts';
import type { VersionChange } from './index/versions/timeline.ts';
import type { StoredRun } from './runs.ts';
import type { StoredManifest } from './snapshots/manifests.ts';
import type { Session } from './sessions/session.ts';
import type { RestoreSessions } from './sessions/restores.ts';
import type { Trust } from './signing/trust.ts';

/**
 * Dashboards as plain files, `{"dashboard": …, "meta": …}`, for people and tools without Dashkeep.
 * `from` says what a copy is made from (the object id, say), so that an unchanged one need not be built at all.
 */
export interface PlainCopies {
  /** Whether the copy is there and was made from this. */
  has(org: number, uid: string, from: string): boolean;
  write(org: number, uid: string, from: string, text: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** Remembers what was written, for the next run. Failing that is only a warning: copies are then written again. */
  finish(options?: { signal?: AbortSignal }): Promise<void>;
}

/** What became of one resource, with the snapshots that say so. */
export interface Versions<Change = VersionChange> extends IndexedPart {
  /** Of one resource oldest first, of a folder with what is below it newest first. */
  changes: Change[];
  /** Of every snapshot, by id. */
  snapshots: ReadonlyMap<string, SnapshotSummary>;
}

/** A part of what became of a folder and of what is below it. */
export interface VersionsBelow extends Versions<ResourceChange>, Below {
  changes: ResourceChange[];
}

/** How long an answer of the index of versions may take. */
export interface IndexWait extends AskedFor {
  /** When it resolves, the answer is made of what there is, and the index is completed behind it. */
  within?: Promise<unknown>;
  onProgress?: (done: number, total: number) => void;
}

/** A resource that some snapshot holds or held; of a kind of the whole server, org is 0. */
export interface SeenResource extends ResourceRef {
  /** Its last title. */
  title: string;
  deleted: boolean;
}

/** What a search is made from: texts of all versions, and when each version was there. */
export interface Searchable extends IndexedPart {
  /** `titles`: the repository is encrypted, and content cannot be read here. */
  searched: 'content' | 'titles';
  /** @throws DK_INTEGRITY for a part that is damaged: begin again */
  things(): AsyncIterable<PackedTexts>;
  /** What became of resources, each oldest first. */
  histories(refs: readonly ResourceRef[]): Promise<VersionChange[][]>;
  everSeen(): Promise<SeenResource[]>;
  /** Whether some of it is of organizations that only have the ID of one that is asked about. */
  areShared(): Promise<boolean>;
  /** Of every snapshot, by id. */
  snapshots: ReadonlyMap<string, SnapshotSummary>;
}

/** What the engine needs of a repository; implemented in repository.ts. */
export interface Repository {
  readonly store: ObjectStore;
  readonly id: string;
  readonly encrypted: boolean;
  /** Whether to go on although the target's clock differs. */
  readonly ignoreClock: boolean;
  /** Who is believed here. */
  readonly trust: Trust;
  /** Who is at work here. */
  readonly sessions: RestoreSessions;

  /** The id that content has in this repository. */
  objectId(canonical: string | Buffer): string;

  /** Stores content unless the repository is known to hold it. Returns whether a new object was written. */
  putObject(id: string, canonical: string | Buffer, options?: { signal?: AbortSignal }): Promise<{ written: boolean }>;

  /** For who stores many bodies; to be closed. */
  openEncoder(): Encoder;

  /**
   * Stores what was encoded. `canonical` gives the form once more, for the case that the encoder left it uncompressed
   * and it is not there.
   */
  putPressed(
    pressed: EncodedObject,
    canonical: () => Buffer,
    options?: { signal?: AbortSignal },
  ): Promise<{ written: boolean }>;

  /**
   * The canonical JSON of an object, checked against its id. @throws DK_OBJECT_MISSING, DK_OBJECT_DAMAGED,
   * DK_IDENTITY_MISSING
   */
  getObject(id: string, options?: { signal?: AbortSignal }): Promise<string>;

  /** Those of the ids that the store does not hold now (asks the store, not a cache). */
  missingObjects(ids: Iterable<string>, options?: { signal?: AbortSignal }): Promise<Set<string>>;

  /** Writes the manifest last, reads it back and compares. */
  publish(manifest: Omit<Manifest, 'format' | 'entriesHash'>, options?: { signal?: AbortSignal }): Promise<Manifest>;

  /**
   * Newest first. What is older than the last page of names is shown as the index has it, unless the whole is asked
   * for: good enough to look at, not to decide by.
   */
  snapshots(options?: { whole?: boolean; signal?: AbortSignal }): Promise<SnapshotSummary[]>;

  /**
   * Every change of a resource over the snapshots that count, from an index. Where that has to be made first, this
   * reads every manifest; it takes what there is when `within` resolves, and goes on behind the answer.
   */
  versions(ref: ResourceRef, options?: IndexWait): Promise<Versions>;

  /** The same of a folder and of all that is or was in it or below it, newest first. */
  versionsBelow(folder: ResourceRef, options?: IndexWait & BelowPart): Promise<VersionsBelow>;

  /**
   * What a search is made from. Where the index of texts has to be made first, this reads every body; progress counts
   * resources.
   */
  searchable(options?: IndexWait): Promise<Searchable>;

  /** Every resource that is in the index of versions, as far as that is made. */
  everSeen(options?: AskedFor): Promise<SeenResource[]>;

  /**
   * By id, unambiguous start of an id, or 'latest': the newest that counts and is no safety or drill snapshot.
   * @throws DK_NOT_FOUND, DK_MANIFEST_DAMAGED
   */
  manifest(id: string, options?: { signal?: AbortSignal }): Promise<Manifest>;

  /** The same, with who signed it. */
  stored(id: string, options?: { signal?: AbortSignal }): Promise<StoredManifest>;

  /** The newest manifest that this process may read, for incremental runs; undefined when there is none. */
  previousManifest(options?: { signal?: AbortSignal }): Promise<Manifest | undefined>;

  /**
   * Call before anything is written. The id is one of newTimedId (layout.ts). Waits while a prune removes objects.
   * Everything that the run did not write itself is to be looked for with missingObjects before publishing.
   */
  openSession(run: { id: string; kind: string }, options?: { signal?: AbortSignal }): Promise<Session>;

  plainCopies(options?: { signal?: AbortSignal }): Promise<PlainCopies>;

  /** Replaces what was written under that id before. */
  writeRun(record: RunRecord, options?: { signal?: AbortSignal }): Promise<void>;
  /** The record of a run with who signed it; undefined when there is none. */
  run(id: string, options?: { signal?: AbortSignal }): Promise<StoredRun | undefined>;
  /** Newest first. */
  runs(options?: { limit?: number; signal?: AbortSignal }): Promise<RunLine[]>;

  close(): Promise<void>;
}
