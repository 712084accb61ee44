import type { Manifest, ManifestEntry } from '../contract/manifest.ts';
import type { Clock } from '../contract/ports.ts';
import type { Instance } from '../grafana/instance.ts';
import type { Kind, Known, Listed } from '../grafana/kinds/kind.ts';
import type { Repository } from '../repository/repository.ts';
import { restoredAfterReading } from './restored-since.ts';
import { keyOf } from './restore/target.ts';
import { completeSince, isRecent } from './backup/carried-over.ts';
import { entriesOf, isFromHere, knownOf } from './backup/previous.ts';

export interface RecentOptions {
  repository: Repository;
  instance: Instance;
  /** Of Dashkeep: another one may store the same resource in another form. */
  version: string;
  clock: Clock;
  signal: AbortSignal;
}

/** A resource as the last snapshot holds it. */
export interface AsStored {
  entry: ManifestEntry;
  /** When it was read, where no list proves that it has not changed since. */
  readAt?: string;
}

/** What the last snapshot knows of one kind in one organization. */
export interface RecentKind {
  known: Known;
  /** The entry of the last snapshot, where a listed resource need not be read. */
  stored(listed: Listed): AsStored | undefined;
}

/**
 * What the last snapshot knows of this Grafana. A comparison or plan goes by it as a backup does: a resource is
 * unchanged if its revision is, and what no list shows, such as permissions, may be up to a day old.
 */
export class Recent {
  readonly #manifest: Manifest;
  readonly #clock: Clock;
  readonly #restored: ReadonlySet<string>;

  /** @param restored - keys of what restores have written since */
  constructor(manifest: Manifest, clock: Clock, restored: ReadonlySet<string>) {
    this.#manifest = manifest;
    this.#clock = clock;
    this.#restored = restored;
  }

  of(org: number, kind: Kind): RecentKind {
    const entries = entriesOf(this.#manifest, org, kind.name);
    const at = completeSince(this.#manifest, org, kind, this.#clock);
    const lastComplete =
      at === undefined
        ? {}
        : { lastComplete: { at: new Date(at), resources: [...entries.values()], rely: () => undefined } };
    const known = { ...knownOf({ manifest: this.#manifest, trusted: true }, org, kind.name, entries), ...lastComplete };
    return {
      known,
      stored: ({ uid, revision }) => {
        const entry = entries.get(uid);
        const isRestored = this.#restored.has(keyOf({ org, kind: kind.name, uid }));
        if (entry === undefined || entry.revision !== revision || isRestored) {
          return undefined;
        }
        if (kind.staleAfter === undefined) {
          return revision === undefined ? undefined : { entry };
        }
        const readAt = entry.readAt ?? at ?? this.#manifest.started;
        return isRecent(this.#clock, readAt, kind.staleAfter) ? { entry, readAt } : undefined;
      },
    };
  }

  /** Whether any of its objects is in a snapshot. Under another key, none is, and what is unchanged looks changed. */
  sharesWith({ resources }: Manifest): boolean {
    const objects = new Set(this.#manifest.resources.map(({ object }) => object));
    return resources.some(({ object }) => objects.has(object));
  }

  /** The entry of one resource. */
  entry(org: number, kind: Kind, uid: string): ManifestEntry | undefined {
    return entriesOf(this.#manifest, org, kind.name).get(uid);
  }
}

/** Undefined where the last snapshot is of another Grafana, or was made by another version of either. */
export async function recentOf({
  repository,
  instance,
  version,
  clock,
  signal,
}: RecentOptions): Promise<Recent | undefined> {
  const manifest = await repository.previousManifest({ signal });
  return manifest !== undefined && isFromHere(manifest, instance, version)
    ? new Recent(manifest, clock, await restoredAfterReading({ repository, signal }, manifest))
    : undefined;
}
