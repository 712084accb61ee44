import type { Abortable } from '../lib/abortable.ts';
import type { ResourceRef } from '../contract/kinds.ts';
import type { Manifest, SnapshotSummary } from '../contract/manifest.ts';
import type { Clock, Log } from '../contract/ports.ts';
import type { RunLine, RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import { Annotations } from './holds/annotations.ts';
import { findHeld, putBackHeld } from './holds/copies.ts';
import { compress } from './objects/codec.ts';
import type { Keyring } from './encryption/keyring.ts';
import { mayLackMuch, SnapshotFinder } from './snapshots/latest.ts';
import { readManifest, summaryOf, type StoredManifest, type UnsealedManifest } from './snapshots/manifests.ts';
import type { TimedKey } from './snapshots/newest-keys.ts';
import { publishManifest } from './snapshots/publish.ts';
import { Objects, type MissingOptions } from './objects/objects.ts';
import { openPlainCopies } from './snapshots/plain-copies.ts';
import type { EncodedObject } from './objects/encoder.ts';
import { Encoder } from './objects/encode-thread.ts';
import type {
  IndexWait,
  PlainCopies,
  RepositoryPorts,
  Searchable,
  SeenResource,
  Versions,
  VersionsBelow,
} from './repository.types.ts';
import { RunIndex, type RunsOptions } from './index/runs.ts';
import { findRun, type RunRead, type RunWrite, writeRun, type StoredRun } from './runs.ts';
import { findingError } from './signing/finding-error.ts';
import type { Session } from './sessions/session.ts';
import { Sessions } from './sessions/sessions.ts';
import type { Trust } from './signing/trust.ts';
import { inspect, prepareTarget, type Inspection } from './verify/inspect.ts';
import { SnapshotIndex } from './index/snapshots.ts';
import { openSearch } from './index/texts/searchable.ts';
import { TextIndex } from './index/texts/text-index.ts';
import type { BelowPart } from './index/versions/below/below.ts';
import { askVersions } from './index/versions/ask-versions.ts';
import { ownNames } from './index/versions/own-names.ts';
import { VersionIndex } from './index/versions/version-index.ts';

/** How many manifests say what need not be put again, when the newest may lack much. */
const KNOWN_MANIFESTS = 3;

/** How many snapshots a backup takes at most into the index of versions: its own, and some that others left out. */
const INDEXED_AT_PUBLISHING = 20;

/** A repository whose configuration and keys were read. */
export class Repository {
  readonly store: ObjectStore;
  readonly id: string;
  readonly keyring: Keyring;
  /** Who is believed here. */
  readonly trust: Trust;
  readonly objects: Objects;
  /** Who is at work here. */
  readonly sessions: Sessions;
  readonly annotations: Annotations;
  readonly index: SnapshotIndex;
  readonly runIndex: RunIndex;
  readonly versionIndex: VersionIndex;
  readonly textIndex: TextIndex;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether to go on although the target's clock differs. */
  readonly ignoreClock: boolean;

  readonly #finder: SnapshotFinder;
  #previous: Promise<Manifest | undefined> | undefined;
  #knownLoaded: Promise<void> | undefined;

  constructor(ports: RepositoryPorts, id: string, keyring: Keyring) {
    this.store = ports.store;
    this.clock = ports.clock;
    this.log = ports.log;
    this.ignoreClock = ports.ignoreClock === true;
    this.id = id;
    this.keyring = keyring;
    this.trust = ports.trust;
    this.#finder = new SnapshotFinder({ ...ports, keyring });
    this.objects = new Objects(ports.store, keyring);
    this.sessions = new Sessions(ports, ports.identity);
    this.annotations = new Annotations({ ...ports, keyring });
    this.index = new SnapshotIndex({ ...ports, keyring });
    this.runIndex = new RunIndex({ ...ports, keyring });
    this.versionIndex = new VersionIndex({ ...ports, keyring });
    const read = (object: string, calls: Abortable): Promise<string> => this.objects.get(object, calls);
    this.textIndex = new TextIndex({ ...ports, keyring, versions: this.versionIndex, read });
  }

  get encrypted(): boolean {
    return this.keyring.encrypted;
  }

  /** The id that content has in this repository. */
  objectId(canonical: string | Buffer): string {
    return this.keyring.objectId(canonical);
  }

  /** Stores content unless the repository is known to hold it. Returns whether a new object was written. */
  async putObject(id: string, canonical: string | Buffer, calls: Abortable = {}): Promise<{ written: boolean }> {
    await this.#known(calls);
    return this.objects.put(id, canonical, calls);
  }

  /** For callers that store many bodies. Close it when done. */
  openEncoder(): Encoder {
    return new Encoder(this.keyring.current?.objectIdKey);
  }

  /**
   * Stores what was encoded. `canonical` gives the form once more, for the case that the encoder left it uncompressed
   * and it is not there.
   */
  async putPressed(
    { id, body }: EncodedObject,
    canonical: () => Buffer,
    calls: Abortable = {},
  ): Promise<{ written: boolean }> {
    await this.#known(calls);
    const compressed = async (): Promise<Buffer> =>
      body === undefined ? compress(canonical()) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return this.objects.putCompressed(id, compressed, calls);
  }

  #known(calls: Abortable): Promise<void> {
    return (this.#knownLoaded ??= this.#loadKnown(calls).catch((error: unknown) => {
      this.#knownLoaded = undefined;
      throw error;
    }));
  }

  /**
   * The canonical JSON of an object, checked against its id. @throws DK_OBJECT_MISSING, DK_OBJECT_DAMAGED,
   * DK_IDENTITY_MISSING
   */
  getObject(id: string, calls: Abortable = {}): Promise<string> {
    return this.objects.get(id, calls);
  }

  /** Those of the ids that the store does not hold now (asks the store, not a cache), or holds damaged. */
  async missingObjects(ids: Iterable<string>, calls: MissingOptions = {}): Promise<Set<string>> {
    const missing = await this.objects.missing(ids, calls);
    if (missing.size > 0) {
      // What manifests say must be taken over before it is corrected: the next put would do it afterwards.
      await this.#known(calls);
      this.objects.forget(missing);
    }
    return missing;
  }

  /** Writes the manifest last, reads it back and compares. */
  async publish(manifest: UnsealedManifest, calls: Abortable = {}): Promise<Manifest> {
    const { manifest: published, signer } = await publishManifest(this, manifest, calls);
    const before = await this.#previous?.catch(() => undefined);
    this.#previous = Promise.resolve(published);
    this.objects.remember(published.resources.map(({ object }) => object));
    // Published is published: from here on nothing may look like a failure.
    const summaries = await this.index.update({ add: summaryOf(published, signer) });
    if (summaries !== undefined) {
      const known = before === undefined ? [published] : [before, published];
      await this.versionIndex.published(summaries, { known, most: INDEXED_AT_PUBLISHING });
      await this.textIndex.published(summaries);
    }
    return published;
  }

  /** After snapshots were removed: what was read before may be gone. */
  forgetCaches(): void {
    this.#previous = undefined;
  }

  /**
   * Newest first. What is older than the last page of names is shown as the index has it, unless the whole is asked
   * for: good enough to look at, not to decide by.
   */
  async snapshots(options: Abortable & { whole?: boolean } = {}): Promise<SnapshotSummary[]> {
    return (await this.annotations.annotate(this.index.read(options), options)).reverse();
  }

  /**
   * Every change of a resource over the snapshots that count, from an index. Where that has to be made first, this
   * reads every manifest; it takes what there is when `within` resolves, and goes on behind the answer.
   */
  versions(ref: ResourceRef, options: IndexWait = {}): Promise<Versions> {
    return askVersions(this, options, (summaries, calls) => this.versionIndex.of(ref, summaries, calls));
  }

  /** The same of a folder and of all that is or was in it or below it, newest first. */
  versionsBelow(folder: ResourceRef, { after, limit, ...options }: IndexWait & BelowPart = {}): Promise<VersionsBelow> {
    return askVersions(this, options, (summaries, calls) =>
      this.versionIndex.below(folder, summaries, { ...calls, after, limit }),
    );
  }

  /** What a search is made from. Without an index of texts, this first reads every body; progress counts resources. */
  searchable(options: IndexWait = {}): Promise<Searchable> {
    return openSearch(this, options);
  }

  /** Every resource that is in the index of versions, as far as that is made. */
  async everSeen(asked: IndexWait = {}): Promise<SeenResource[]> {
    const { names } = await ownNames(this.versionIndex, () => this.index.read(asked), asked);
    return names.map(([[org, kind, uid], title, deleted]) => ({ org, kind, uid, title, deleted }));
  }

  /**
   * By id, unambiguous start of an id, or 'latest': the newest that counts and is no safety or drill snapshot.
   * @throws DK_NOT_FOUND, DK_MANIFEST_DAMAGED
   */
  async manifest(id: string, calls: Abortable = {}): Promise<Manifest> {
    return (await this.stored(id, calls)).manifest;
  }

  /** By the same names, with who signed it. Of a foreign one only the id finds it. */
  async stored(id: string, calls: Abortable = {}): Promise<StoredManifest> {
    const latest = id === 'latest' ? await this.#finder.latest(calls) : undefined;
    return latest?.whole() ?? readManifest(this, await this.find(id, calls), calls);
  }

  /** The manifest's key, by the same names, without reading more than that takes. @throws DK_NOT_FOUND */
  async find(id: string, calls: Abortable = {}): Promise<TimedKey> {
    return findHeld(this, () => this.#finder.find(id, calls), calls);
  }

  /** @returns up to that many of the newest manifests that count and that a backup can go on from */
  reusable(count: number, calls: Abortable = {}): Promise<StoredManifest[]> {
    return this.#finder.reusable(count, calls);
  }

  /** Compares it with what this installation remembers. After a new finding, the next backup reads everything again. */
  async inspect(calls: Abortable = {}): Promise<Inspection> {
    const inspection = await inspect(this, calls);
    for (const finding of inspection.fresh) {
      const { message, hint, code } = findingError(finding);
      this.log.warn({ code, advice: hint }, message);
      this.#previous = Promise.resolve(undefined);
    }
    return inspection;
  }

  /** The newest manifest that this process may read, for incremental runs; undefined when there is none. */
  previousManifest(calls: Abortable = {}): Promise<Manifest | undefined> {
    return (this.#previous ??= this.#finder.reusable(1, calls).then(
      ([newest]) => newest?.manifest,
      (error: unknown) => {
        this.#previous = undefined;
        throw error;
      },
    ));
  }

  async #loadKnown(calls: Abortable): Promise<void> {
    const previous = await this.previousManifest(calls);
    const more =
      previous !== undefined && mayLackMuch(previous) ? await this.#finder.reusable(KNOWN_MANIFESTS, calls) : [];
    for (const manifest of [previous, ...more.map((stored) => stored.manifest)]) {
      this.objects.remember(manifest?.resources.map(({ object }) => object) ?? []);
    }
  }

  /**
   * Call before anything is written. The id is one of newTimedId (layout.ts). Waits while a prune removes objects.
   * Everything that the run did not write itself is to be looked for with missingObjects before publishing.
   */
  async openSession(run: { id: string; kind: string }, calls: Abortable = {}): Promise<Session> {
    await prepareTarget(this, await this.inspect(calls), calls);
    await putBackHeld(this, calls);
    if (run.kind === 'backup') {
      // It will sign its snapshot; others wait for a session only when they know whose it is.
      await this.trust.signing.followOwnKey();
      await this.trust.signing.signer(calls);
    }
    return this.sessions.open(run, calls);
  }

  plainCopies(calls: Abortable = {}): Promise<PlainCopies> {
    return openPlainCopies(this.store, this.log, calls);
  }

  /** Replaces what was written under that id before. */
  async writeRun(record: RunRecord, calls: RunWrite = {}): Promise<void> {
    await this.runIndex.add(record, await writeRun(this, record, calls));
  }

  /** The record of a run with who signed it; undefined when there is none. */
  run(id: string, calls: RunRead = {}): Promise<StoredRun | undefined> {
    return findRun(this, id, calls);
  }

  /** Newest first. */
  runs(options: RunsOptions = {}): Promise<RunLine[]> {
    return this.runIndex.read(options);
  }

  async close(): Promise<void> {
    await this.sessions.close();
  }
}
