import type { Abortable } from '../../../lib/abortable.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import { RecentValues } from '../../../lib/recent-values.ts';
import { KnownEntries } from '../../snapshots/known-entries.ts';
import {
  fetchManifest,
  readManifest,
  schemeOf,
  type FetchedManifest,
  type ManifestPorts,
  type StoredManifest,
} from '../../snapshots/manifests.ts';
import { isUnreadable } from '../snapshots.ts';
import { SnapshotView } from './snapshot-view.ts';

/** A snapshot is mostly compared with the one before it. */
const KEPT = 3;

/** Manifests requested ahead, as long as they are small. */
const AHEAD = 6;
/** Bytes as stored, of some ten thousand resources. */
const LARGE_BYTES = 512 * 1024;

/** Manifests as the index reads them, the last few kept. */
export class ManifestViews {
  readonly #ports: ManifestPorts;
  readonly #views = new RecentValues<SnapshotView>(KEPT);
  readonly #fetched = new Map<string, Promise<FetchedManifest>>();
  #ahead = AHEAD;
  #known = new KnownEntries();

  constructor(ports: ManifestPorts) {
    this.#ports = ports;
  }

  /**
   * @param orgs - names of organizations from before it
   * @param given - manifests that are at hand
   * @returns undefined for one that cannot be read here, or is not shown
   */
  async get(
    id: string,
    orgs: ReadonlyMap<number, string>,
    given: readonly Manifest[],
    calls: Abortable,
  ): Promise<SnapshotView | undefined> {
    const view = this.#views.get(id) ?? (await this.#read(id, orgs, given, calls));
    return view && this.#views.set(id, view);
  }

  /** Requests manifests that are needed soon. @param from - the place of the next one */
  readAhead(ids: readonly string[], from: number, calls: Abortable): void {
    const { encrypted } = this.#ports.keyring;
    for (const id of ids.slice(from, from + this.#ahead)) {
      if (this.#views.get(id) === undefined && !this.#fetched.has(id)) {
        const fetched = fetchManifest(this.#ports, { id, encrypted }, calls);
        // What fails here fails when it is needed.
        fetched.catch(() => undefined);
        this.#fetched.set(id, fetched);
      }
    }
  }

  /** Keeps nothing in memory. */
  release(): void {
    this.#views.clear();
    this.#fetched.clear();
    this.#known = new KnownEntries();
  }

  async #read(
    id: string,
    orgs: ReadonlyMap<number, string>,
    given: readonly Manifest[],
    calls: Abortable,
  ): Promise<SnapshotView | undefined> {
    const manifest = given.find((one) => one.id === id);
    if (manifest !== undefined) {
      return new SnapshotView(manifest, schemeOf(this.#ports.keyring), orgs);
    }
    const stored = await this.#stored(id, calls);
    return stored && new SnapshotView(stored.manifest, stored.scheme, orgs);
  }

  async #stored(id: string, calls: Abortable): Promise<StoredManifest | undefined> {
    const { encrypted } = this.#ports.keyring;
    for (const form of [encrypted, !encrypted]) {
      try {
        const fetched = form === encrypted ? this.#take(id) : undefined;
        const options = { ...calls, fetched, known: this.#known };
        const stored = await readManifest(this.#ports, { id, encrypted: form }, options);
        return this.#ports.trust.shows(stored.author) ? stored : undefined;
      } catch (error) {
        if (!isUnreadable(error)) {
          throw error;
        }
      }
    }
    return undefined;
  }

  #take(id: string): Promise<FetchedManifest> | undefined {
    const fetched = this.#fetched.get(id);
    this.#fetched.delete(id);
    return fetched?.then((manifest) => {
      this.#ahead = manifest.bytes.length > LARGE_BYTES ? 1 : AHEAD;
      return manifest;
    });
  }
}
