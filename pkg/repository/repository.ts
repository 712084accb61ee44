import { DashkeepError } from '../contract/errors.ts';
import type { Manifest, SnapshotSummary } from '../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../contract/ports.ts';
import type { RunLine, RunRecord } from '../contract/runs.ts';
import type { ObjectStore } from '../storage/store.ts';
import { compress } from './codec.ts';
import { openConfig } from './config.ts';
import { openKeyring, type Secrets } from './keys.ts';
import type { Keyring } from './keyring.ts';
import { parseSnapshotKey, printable, snapshotKey, SNAPSHOTS } from './layout.ts';
import { listSnapshots, readManifest, summaryOf, writeManifest, type UnsealedManifest } from './manifests.ts';
import { newestKeys, type TimedKey } from './newest.ts';
import { Objects } from './objects.ts';
import { openPlainCopies } from './plain-copies.ts';
import type { Pressed } from './press/press.ts';
import { Press } from './press/second-thread.ts';
import type { PlainCopies, Repository, Session } from './repository.types.ts';
import { RunIndex } from './run-index.ts';
import { findRun, writeRun } from './runs.ts';
import type { ServiceIdentity } from './session-owner.ts';
import { Sessions } from './sessions.ts';
import { isUnreadable, SnapshotIndex } from './snapshot-index.ts';
import type { StateStore } from './state.ts';

interface Calls {
  signal?: AbortSignal;
}

export interface OpenOptions extends Secrets {
  store: ObjectStore;
  clock: Clock;
  randomness: Randomness;
  log: Log;
  /** Where the repository's key outlives this process; needed with recipients, or every run starts anew. */
  state?: StateStore;
  /** Make a repository where there is none. */
  create: boolean;
  /** The service that works with it: lets it tell its own dead sessions from those of others. */
  identity?: ServiceIdentity;
  signal?: AbortSignal;
}

/** How many manifests say what need not be put again, when the newest is partial and may lack much. */
const KNOWN_MANIFESTS = 3;
/** How many of the newest manifests are tried to find readable ones. */
const LOOK_BACK = 5;

/**
 * Opens the repository in a store.
 * @throws DK_REPOSITORY_MISSING, DK_REPOSITORY_FORMAT, DK_REPOSITORY_FOREIGN, DK_ENCRYPTION
 */
export async function openRepository(options: OpenOptions): Promise<OpenedRepository> {
  const config = await openConfig(options, options.create);
  const keyring = await openKeyring(options, config.id, options, options.create);
  return new OpenedRepository(options, config.id, keyring);
}

export class OpenedRepository implements Repository {
  readonly store: ObjectStore;
  readonly id: string;
  readonly keyring: Keyring;
  readonly objects: Objects;
  readonly sessions: Sessions;
  readonly index: SnapshotIndex;
  readonly runIndex: RunIndex;
  readonly clock: Clock;
  readonly log: Log;

  #previous: Promise<Manifest | undefined> | undefined;
  #knownLoaded: Promise<void> | undefined;

  constructor(
    ports: { store: ObjectStore; clock: Clock; log: Log; identity?: ServiceIdentity },
    id: string,
    keyring: Keyring,
  ) {
    this.store = ports.store;
    this.clock = ports.clock;
    this.log = ports.log;
    this.id = id;
    this.keyring = keyring;
    this.objects = new Objects(ports.store, keyring);
    this.sessions = new Sessions(ports, ports.identity);
    this.index = new SnapshotIndex({ ...ports, keyring });
    this.runIndex = new RunIndex({ ...ports, keyring });
  }

  get encrypted(): boolean {
    return this.keyring.encrypted;
  }

  objectId(canonical: string | Buffer): string {
    return this.keyring.objectId(canonical);
  }

  async putObject(id: string, canonical: string | Buffer, calls: Calls = {}): Promise<{ written: boolean }> {
    await this.#known(calls);
    return this.objects.put(id, canonical, calls);
  }

  openPress(): Press {
    return new Press(this.keyring.current?.objectIdKey);
  }

  async putPressed({ id, body }: Pressed, canonical: () => Buffer, calls: Calls = {}): Promise<{ written: boolean }> {
    await this.#known(calls);
    const compressed = async (): Promise<Buffer> =>
      body === undefined ? compress(canonical()) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return this.objects.putCompressed(id, compressed, calls);
  }

  #known(calls: Calls): Promise<void> {
    return (this.#knownLoaded ??= this.#loadKnown(calls).catch((error: unknown) => {
      this.#knownLoaded = undefined;
      throw error;
    }));
  }

  getObject(id: string, calls: Calls = {}): Promise<string> {
    return this.objects.get(id, calls);
  }

  async missingObjects(ids: Iterable<string>, calls: Calls = {}): Promise<Set<string>> {
    const missing = await this.objects.missing(ids, calls);
    if (missing.size > 0) {
      // What manifests say must be taken over before it is corrected: the next put would do it afterwards.
      await this.#known(calls);
      this.objects.forget(missing);
    }
    return missing;
  }

  async publish(manifest: UnsealedManifest, calls: Calls = {}): Promise<Manifest> {
    if (this.sessions.doubtful()) {
      await this.sessions.revive(calls.signal);
      await this.#assertObjects(manifest, calls);
    }
    const published = await writeManifest(this.store, this.keyring, manifest, calls);
    if (this.sessions.doubtful()) {
      try {
        await this.sessions.revive();
        await this.#assertObjects(manifest, {});
      } catch (error) {
        await this.store.deleteMany([snapshotKey(manifest.id, this.encrypted)]);
        throw error;
      }
    }
    this.#previous = Promise.resolve(published);
    this.objects.remember(published.resources.map(({ object }) => object));
    // Published is published: from here on nothing may look like a failure.
    await this.index.update({ add: summaryOf(published) });
    return published;
  }

  /** After snapshots were removed: what was read before may be gone. */
  forgetCaches(): void {
    this.#previous = undefined;
  }

  /** For a run that others took for dead: a prune may have removed what it relies on. */
  async #assertObjects(manifest: UnsealedManifest, calls: Calls): Promise<void> {
    const missing = await this.missingObjects(new Set(manifest.resources.map(({ object }) => object)), calls);
    if (missing.size > 0) {
      throw new DashkeepError(
        'DK_OBJECT_MISSING',
        `this run was held up for minutes, and ${missing.size} objects were pruned meanwhile; nothing was published`,
        { hint: 'Run the backup again.' },
      );
    }
  }

  async snapshots(options: Calls & { whole?: boolean } = {}): Promise<SnapshotSummary[]> {
    return (await this.index.read(options)).reverse();
  }

  async manifest(id: string, calls: Calls = {}): Promise<Manifest> {
    if (id === 'latest') {
      return this.#latest(calls);
    }
    return (await readManifest(this.store, this.keyring, await this.#find(id, calls), calls)).manifest;
  }

  /** The manifest's key, by the same names, without reading more than that takes. @throws DK_NOT_FOUND */
  async find(id: string, calls: Calls = {}): Promise<TimedKey> {
    return this.#find(id === 'latest' ? (await this.#latest(calls)).id : id, calls);
  }

  /**
   * The newest snapshot that was taken for its own sake. One taken for safety before a restore, of an empty Grafana
   * say, must not become what the next restore of the latest brings back.
   */
  async #latest(calls: Calls): Promise<Manifest> {
    let newest: Manifest | undefined;
    const seen = new Set<string>();
    for (const limit of [LOOK_BACK, Infinity]) {
      for (const key of await this.#newest(limit, calls)) {
        if (!seen.has(key.id)) {
          seen.add(key.id);
          const { manifest } = await readManifest(this.store, this.keyring, key, calls);
          if (manifest.trigger !== 'safety' && manifest.trigger !== 'drill') {
            return manifest;
          }
          newest ??= manifest;
        }
      }
    }
    if (newest === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot in ${this.store.description} yet`);
    }
    return newest;
  }

  #newest(limit: number, { signal }: Calls): Promise<TimedKey[]> {
    return newestKeys(this.store, SNAPSHOTS, parseSnapshotKey, { limit, now: this.clock.now(), signal });
  }

  async #find(start: string, calls: Calls): Promise<TimedKey> {
    const matches = /^[0-9a-fTZ-]+$/.test(start) ? await listSnapshots(this.store, { ...calls, start }) : [];
    const [first] = matches;
    if (first === undefined) {
      throw new DashkeepError('DK_NOT_FOUND', `there is no snapshot '${printable(start)}'`);
    }
    if (matches.length > 1) {
      throw new DashkeepError('DK_NOT_FOUND', `${matches.length} snapshots start with '${printable(start)}'`, {
        hint: 'Give more of the id.',
      });
    }
    return first;
  }

  previousManifest(calls: Calls = {}): Promise<Manifest | undefined> {
    return (this.#previous ??= this.#readable(1, calls).then(
      ([newest]) => newest,
      (error: unknown) => {
        this.#previous = undefined;
        throw error;
      },
    ));
  }

  /** Up to so many of the newest manifests that this process can read and whose object ids are those it would give. */
  async #readable(count: number, calls: Calls): Promise<Manifest[]> {
    const found: Manifest[] = [];
    for (const key of await this.#newest(LOOK_BACK, calls)) {
      try {
        const { manifest, current } = await readManifest(this.store, this.keyring, key, calls);
        if (current && found.push(manifest) === count) {
          break;
        }
      } catch (error) {
        if (!isUnreadable(error)) {
          throw error;
        }
        this.log.warn({ snapshot: key.id, code: error.code }, 'a recent snapshot cannot be read; looking further back');
      }
    }
    return found;
  }

  async #loadKnown(calls: Calls): Promise<void> {
    const previous = await this.previousManifest(calls);
    const recent = previous?.status === 'partial' ? await this.#readable(KNOWN_MANIFESTS, calls) : [previous];
    for (const manifest of recent) {
      this.objects.remember(manifest?.resources.map(({ object }) => object) ?? []);
    }
  }

  openSession(run: { id: string; kind: string }, calls: Calls = {}): Promise<Session> {
    return this.sessions.open(run, calls);
  }

  plainCopies(calls: Calls = {}): Promise<PlainCopies> {
    return openPlainCopies(this.store, this.log, calls);
  }

  async writeRun(record: RunRecord, calls: Calls = {}): Promise<void> {
    const size = await writeRun(this.store, this.keyring, record, calls);
    await this.runIndex.add(record, size);
  }

  run(id: string, calls: Calls = {}): Promise<RunRecord | undefined> {
    return findRun(this, id, calls);
  }

  runs(options: { limit?: number; signal?: AbortSignal } = {}): Promise<RunLine[]> {
    return this.runIndex.read(options);
  }

  async close(): Promise<void> {
    await this.sessions.close();
  }
}
