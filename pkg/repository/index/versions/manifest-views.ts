import type { Abortable } from '../../../lib/abortable.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import { readManifest, schemeOf, type ManifestPorts, type StoredManifest } from '../../snapshots/manifests.ts';
import { isUnreadable } from '../snapshots.ts';
import { SnapshotView } from './snapshot-view.ts';

/** A snapshot is mostly compared with the one before it. */
const KEPT = 3;

/** Manifests as the index reads them, the last few kept. */
export class ManifestViews {
  readonly #ports: ManifestPorts;
  readonly #views = new Map<string, SnapshotView>();

  constructor(ports: ManifestPorts) {
    this.#ports = ports;
  }

  /**
   * @param orgs - names of organizations from before it
   * @param given - manifests that are at hand
   * @returns undefined for one that cannot be read here, or does not count
   */
  async get(
    id: string,
    orgs: ReadonlyMap<number, string>,
    given: readonly Manifest[],
    calls: Abortable,
  ): Promise<SnapshotView | undefined> {
    const view = this.#views.get(id) ?? (await this.#read(id, orgs, given, calls));
    if (view !== undefined) {
      this.#views.delete(id);
      this.#views.set(id, view);
      for (const old of [...this.#views.keys()].slice(0, -KEPT)) {
        this.#views.delete(old);
      }
    }
    return view;
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
        const stored = await readManifest(this.#ports, { id, encrypted: form }, calls);
        return this.#ports.trust.counts(stored.author) ? stored : undefined;
      } catch (error) {
        if (!isUnreadable(error)) {
          throw error;
        }
      }
    }
    return undefined;
  }
}
