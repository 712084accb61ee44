import { isRegularBackup } from '../../contract/manifest.ts';
import { compact } from '../../contract/compact.ts';
import { reasonOf } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Known } from '../../grafana/kinds/kind.ts';
import { hasCode } from '../../lib/expected-errors.ts';
import type { Damage } from '../../repository/verify/damage.ts';
import { damageOf } from '../damaged.ts';
import { restoredAfterReading, RUNS } from '../restored-since.ts';
import { withoutFuture } from '../runs.ts';
import type { BackupOptions } from './options.ts';

const FULL_READ_EVERY = 12;

/** The snapshot before this one, and whether its revisions may replace content that is not read again. */
export interface Previous {
  manifest: Manifest | undefined;
  trusted: boolean;
  /** Keys of what restores have written since: nothing of it may be taken over unread. */
  restored: ReadonlySet<string>;
  /** What verifications found damaged; undefined where nothing is. */
  damage?: Damage;
}

/**
 * Revisions are trusted unless a full read is due, or Grafana or Dashkeep is another one now, so that the same revision
 * may belong to other content.
 */
export async function previousOf(options: BackupOptions): Promise<Previous> {
  const manifest = options.follows ?? (await options.repository.previousManifest({ signal: options.signal }));
  const same = manifest !== undefined && isFromHere(manifest, options.instance, options.version);
  const due = (manifest?.sinceFullRead ?? 0) + 1 >= (options.fullReadEvery ?? FULL_READ_EVERY);
  const { repository, clock, signal } = options;
  const runs = manifest === undefined ? [] : await repository.runs({ limit: RUNS, signal });
  const restored = same ? await restoredAfterReading(options, manifest, runs) : new Set<string>();
  const { others } = withoutFuture(runs, clock.now());
  return {
    manifest,
    // A clock that is behind does not know how old a permission is.
    trusted: same && !due && options.follows === undefined,
    restored,
    ...compact({ damage: await damageOf(repository, others, { signal }) }),
  };
}

/** Whether a snapshot is of this Grafana, at its version, and was made by this version of Dashkeep. */
export function isFromHere(
  { grafana, dashkeep }: Manifest,
  { capabilities, url }: BackupOptions['instance'],
  version: string,
): boolean {
  return grafana.url === url && grafana.version === capabilities.version && dashkeep === version;
}

/** An earlier backup, and whether its objects got their IDs as those of a new one do. */
export interface Before {
  manifest?: Manifest;
  isSameScheme: boolean;
}

/**
 * The backup that changes are counted against. It is mostly the snapshot before, but one that was taken before a
 * restore or for a drill says nothing about what people changed. Where a backup can go on from none, because the keys
 * were replaced or encryption was turned on, it is the last one under another key.
 */
export async function comparedWith({ repository, signal, log }: BackupOptions, previous: Previous): Promise<Before> {
  const { manifest } = previous;
  if (manifest === undefined ? repository.trust.standing !== 'pinned' : isRegularBackup(manifest)) {
    return { ...compact({ manifest }), isSameScheme: true };
  }
  try {
    const { manifest: latest, current } = await repository.stored('latest', { signal });
    return isRegularBackup(latest) ? { manifest: latest, isSameScheme: current } : { isSameScheme: true };
  } catch (error) {
    signal.throwIfAborted();
    if (!hasCode('DK_NOT_FOUND')(error)) {
      log.warn({ reason: reasonOf(error) }, 'the last backup cannot be read, so changes are not counted');
    }
    return { isSameScheme: true };
  }
}

/** Entries of one org and kind by uid. */
export type Entries = ReadonlyMap<string, ManifestEntry>;

/** The entries of one org and kind in a snapshot, by uid; none without a snapshot. */
export function entriesOf(manifest: Manifest | undefined, org: number, kind: KindName): Entries {
  const entries = new Map<string, ManifestEntry>();
  for (const entry of manifest?.resources ?? []) {
    if (entry.org === org && entry.kind === kind) {
      entries.set(entry.uid, entry);
    }
  }
  return entries;
}

/** What a listing of one org and kind may go by; `entries` are those of the last snapshot. */
export function knownOf(
  { manifest, trusted }: Pick<Previous, 'manifest' | 'trusted'>,
  org: number,
  kind: KindName,
  entries: Entries,
): Known {
  if (!trusted) {
    return { size: 0, revision: () => undefined };
  }
  const list = manifest?.lists?.find((candidate) => candidate.org === org && candidate.kind === kind);
  return compact({
    size: entries.size,
    revision: (uid) => entries.get(uid)?.revision,
    whole:
      list === undefined
        ? undefined
        : compact({ version: list.resourceVersion, lastWrite: list.lastWrite, resources: [...entries.values()] }),
  });
}
