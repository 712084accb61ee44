import type { Manifest, SnapshotSummary } from '../contract/manifest.ts';
import type { RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';

/** A run that is writing: keeps its session alive until ended, so that no prune removes what it is about to need. */
export interface Session {
  readonly id: string;
  end(): Promise<void>;
}

/** What the engine needs of a repository; implemented in repository.ts. */
export interface Repository {
  readonly store: ObjectStore;
  readonly id: string;
  readonly encrypted: boolean;

  /** The id that content has in this repository. */
  objectId(canonical: string): string;

  /** Stores content unless the repository is known to hold it. Returns whether a new object was written. */
  putObject(id: string, canonical: string, options?: { signal?: AbortSignal }): Promise<{ written: boolean }>;

  /** The canonical JSON of an object, checked against its id. @throws DK_OBJECT_MISSING, DK_OBJECT_DAMAGED, DK_IDENTITY_MISSING */
  getObject(id: string, options?: { signal?: AbortSignal }): Promise<string>;

  /** Those of the ids that the store does not hold now (asks the store, not a cache). */
  missingObjects(ids: Iterable<string>, options?: { signal?: AbortSignal }): Promise<Set<string>>;

  /** Writes the manifest last, reads it back and compares. */
  publish(manifest: Omit<Manifest, 'format' | 'entriesHash'>, options?: { signal?: AbortSignal }): Promise<Manifest>;

  /** Newest first. */
  snapshots(options?: { signal?: AbortSignal }): Promise<SnapshotSummary[]>;

  /** By id, unambiguous start of an id, or 'latest' (newest complete or partial). @throws DK_NOT_FOUND, DK_MANIFEST_DAMAGED */
  manifest(id: string, options?: { signal?: AbortSignal }): Promise<Manifest>;

  /** The newest manifest that this process may read, for incremental runs; undefined when there is none. */
  previousManifest(options?: { signal?: AbortSignal }): Promise<Manifest | undefined>;

  openSession(run: { id: string; kind: string }): Promise<Session>;

  writeRun(record: RunRecord): Promise<void>;
  /** Newest first. */
  runs(options?: { limit?: number; before?: string; signal?: AbortSignal }): Promise<RunRecord[]>;

  close(): Promise<void>;
}
