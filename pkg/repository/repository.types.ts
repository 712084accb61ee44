import type { ResourceRef } from '../contract/kinds.ts';
import type { SnapshotSummary } from '../contract/manifest.ts';
import type { PackedTexts } from './index/texts/files.ts';
import type { Below, ChangeList, ResourceChange } from './index/versions/below/below.ts';
import type { AskedFor } from './index/versions/observations.ts';
import type { IndexedPart } from './index/versions/version-index.ts';
import type { VersionChange } from './index/versions/timeline.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { ServiceIdentity } from './sessions/owner.ts';
import type { Trust } from './signing/trust.ts';

export interface RepositoryPorts {
  store: ObjectStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  trust: Trust;
  /** Go on although the target's clock differs: this machine's is right. */
  ignoreClock?: boolean | undefined;
  /** The service that works with it: lets it distinguish its own dead sessions from those of others. */
  identity?: ServiceIdentity;
}

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

/** A part of what became of the resources of an organization, newest first. */
export interface ListedChanges extends Versions<ResourceChange>, ChangeList {
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
