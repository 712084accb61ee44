import type { DiffEntry, DiffPage } from '../../contract/api/diff.ts';
import { followersInDiff } from '../../contract/counts/followers.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { ManifestEntry, ResourceProblem } from '../../contract/manifest.ts';
import type { Diff } from '../../contract/plan.ts';
import { savedIn } from '../../engine/diff.ts';
import { diffStored } from '../../engine/diff-stored.ts';
import { liveDiff } from '../../operations/live.ts';
import type { Clock } from '../../contract/ports.ts';
import { RecentValues } from '../../lib/recent-values.ts';
import type { WholeProgress } from '../../contract/runs.ts';
import type { ConcurrencyGuard } from '../http/concurrency-guard.ts';
import { LiveRead } from '../live-reads.ts';
import type { Caller } from '../organizations/caller.ts';
import type { Course } from '../runs/time-left.ts';
import { foreignSides } from './sides.ts';
import type { RepositoryCache, ShownSnapshot } from './repository-cache.ts';
import type { Snapshots } from './snapshots.ts';

type ChangeNumbers = DiffPage['counts'];

export interface Comparison {
  from: string;
  to: string;
  /** When live was read. */
  read: Date | undefined;
  entries: DiffEntry[];
  counts: ChangeNumbers;
  /** How many of them are permissions that follow another one. */
  permissions: ChangeNumbers;
  errors: ResourceProblem[];
  /** The sides that are snapshots which do not count. */
  foreign: ('from' | 'to')[];
  /** Set while live is read: there may be more, of the pending kinds. */
  reading?: DiffPage['reading'];
}

interface Sides {
  from: string;
  to: string;
}

const KEPT = 10;

/** Long enough to read through the pages, short enough to be called live. */
const LIVE_FRESH_MS = 5 * 60_000;

interface ComparisonsParts {
  repositoryCache: RepositoryCache;
  snapshots: Snapshots;
  clock: Clock;
  guard: ConcurrencyGuard;
  /** Aborted when the service stops. */
  signal: AbortSignal;
}

type LiveComparing = LiveRead<Comparison, Comparison>;

/**
 * What differs between two snapshots, or a snapshot and live, within one organization; kept for the pages that follow.
 */
export class Comparisons {
  readonly #parts: ComparisonsParts;
  readonly #stored = new RecentValues<Promise<Comparison>>(KEPT);
  readonly #live = new RecentValues<{ at: number; read: LiveComparing }>(KEPT);
  /** How the last comparisons of an organization with live went. */
  readonly #courses = new RecentValues<Course[]>(KEPT);

  constructor(parts: ComparisonsParts) {
    this.#parts = parts;
  }

  /** All that differs. @param gone - aborted when the caller no longer waits */
  async compare(caller: Caller, sides: Sides, refresh: boolean, gone: AbortSignal): Promise<Comparison> {
    return sides.to === 'live'
      ? (await this.#liveOf(caller, sides.from, refresh)).wait(gone)
      : this.#storedOf(caller, sides);
  }

  /** What is known by now; with `reading` there may be more. The read goes on while somebody asks. */
  async look(caller: Caller, sides: Sides, refresh: boolean): Promise<Comparison> {
    if (sides.to !== 'live') {
      return this.#storedOf(caller, sides);
    }
    const { result, error, part, progress } = (await this.#liveOf(caller, sides.from, refresh)).ask();
    if (error !== undefined) {
      throw error;
    }
    const found = result ?? part ?? (await this.#nothingYet(caller, sides.from));
    return result ?? { ...found, reading: { progress, pending: found.reading?.pending ?? [] } };
  }

  /** Live is no longer what it was. What is being read now ends as it began. */
  forgetLive(): void {
    this.#live.clear();
  }

  async #liveOf(caller: Caller, from: string, refresh: boolean): Promise<LiveComparing> {
    const { clock, snapshots, signal } = this.#parts;
    const base = await snapshots.shown(from, caller, signal);
    const key = keyOf(caller, base.manifest.id, 'live');
    const kept = this.#live.get(key);
    const isFresh = kept !== undefined && clock.monotonic() - kept.at < LIVE_FRESH_MS && !refresh;
    if (kept !== undefined && !kept.read.isAbandoned && (isFresh || !kept.read.isEnded)) {
      if (kept.read.error !== undefined) {
        // The next one to ask starts over.
        this.#live.delete(key);
      }
      return kept.read;
    }
    const read = this.#readLive(caller, base);
    this.#live.set(key, { at: clock.monotonic(), read });
    return read;
  }

  #readLive(caller: Caller, shown: ShownSnapshot): LiveComparing {
    const { repositoryCache, clock } = this.#parts;
    const began = clock.now();
    const { manifest: base } = shown;
    const comparison = { from: base.id, to: 'live', read: began, foreign: foreignSides(shown, undefined) };
    return new LiveRead<Comparison, Comparison>(
      this.#parts,
      caller,
      async (signal, { onProgress, onPart }) => {
        const watch = {
          onProgress: ({ orgs: _, ...progress }: WholeProgress) => onProgress(progress),
          onPart: (diff: Diff, pending: readonly KindName[]) =>
            onPart({
              ...comparison,
              ...listed(diff),
              errors: [...base.errors, ...(diff.errors ?? [])],
              reading: { progress: { phase: 'comparing', done: 0, kinds: {} }, pending: [...pending] },
            }),
        };
        const diff = await repositoryCache.use(signal, async (target) =>
          liveDiff(await target.session(signal, { caller }), base, { ...watch, signal }),
        );
        return { ...comparison, ...listed(diff), errors: [...base.errors, ...(diff.errors ?? [])] };
      },
      this.#courses.use(String(caller.org), () => []),
    );
  }

  async #nothingYet(caller: Caller, from: string): Promise<Comparison> {
    const { snapshots, signal } = this.#parts;
    const shown = await snapshots.shown(from, caller, signal);
    const { id, kinds } = shown.manifest;
    const pending = KIND_NAMES.filter((kind) => kinds[kind] !== undefined);
    const progress = { phase: 'comparing', done: 0, kinds: {} };
    const counts = { added: 0, changed: 0, removed: 0 };
    const none = { entries: [], counts, permissions: counts };
    const nothing = { read: undefined, ...none, errors: [], foreign: foreignSides(shown, undefined) };
    return { from: id, to: 'live', ...nothing, reading: { progress, pending } };
  }

  async #storedOf(caller: Caller, { from, to }: Sides): Promise<Comparison> {
    const { snapshots, signal } = this.#parts;
    const base = await snapshots.shown(from, caller, signal);
    const target = await snapshots.shown(to, caller, signal);
    const key = keyOf(caller, base.manifest.id, target.manifest.id);
    return this.#stored.use(key, () => this.#compareStored(base, target));
  }

  async #compareStored(before: ShownSnapshot, after: ShownSnapshot): Promise<Comparison> {
    const { manifest: base } = before;
    const { manifest: target } = after;
    const { repositoryCache, signal } = this.#parts;
    const diff = await repositoryCache.read(signal, (repository) => diffStored(repository, before, after, { signal }));
    // What either snapshot failed to read can't be seen as unchanged.
    const errors = [...base.errors, ...target.errors];
    const { entries, ...counts } = listed(diff);
    return {
      from: base.id,
      to: target.id,
      read: undefined,
      entries: withSaved(entries, target.resources),
      ...counts,
      errors,
      foreign: foreignSides(before, after),
    };
  }
}

function keyOf({ org, home, identity }: Caller, from: string, to: string): string {
  return `${org} ${home} ${identity?.since} ${from}|${to}`;
}

/** What was added or changed, with when and by whom it was saved. Grafana says nothing more of what is new. */
function withSaved(entries: DiffEntry[], resources: readonly ManifestEntry[]): DiffEntry[] {
  const keyed = ({ org, kind, uid }: Pick<DiffEntry, 'org' | 'kind' | 'uid'>): string => `${org}/${kind}/${uid}`;
  const differing = new Set(entries.filter(({ change }) => change !== 'removed').map(keyed));
  const facts = new Map(
    (differing.size === 0 ? [] : resources)
      .filter((resource) => differing.has(keyed(resource)))
      .map((resource) => [keyed(resource), resource.facts]),
  );
  return entries.map((entry) => ({ ...entry, ...savedIn(facts.get(keyed(entry)), entry.change === 'added') }));
}

/** What was saved last, first. A time is compared as a time: Grafana writes zones and fractions in several ways. */
export function newestFirst(entries: readonly DiffEntry[]): DiffEntry[] {
  const at = ({ updated = '' }: DiffEntry): number => Date.parse(updated) || 0;
  return entries.toSorted((a, b) => at(b) - at(a));
}

function listed(diff: Diff): Pick<Comparison, 'entries' | 'counts' | 'permissions'> {
  const entries = (['added', 'changed', 'removed'] as const).flatMap((change) =>
    diff[change].map((item): DiffEntry => ({ change, ...item })),
  );
  entries.sort(
    (a, b) =>
      a.org - b.org ||
      KIND_NAMES.indexOf(a.kind) - KIND_NAMES.indexOf(b.kind) ||
      a.title.localeCompare(b.title) ||
      (a.uid < b.uid ? -1 : 1),
  );
  const { added, changed, removed } = diff;
  const permissions = { added: 0, changed: 0, removed: 0 };
  followersInDiff(entries).forEach(({ change }) => permissions[change]++);
  return {
    entries,
    counts: { added: added.length, changed: changed.length, removed: removed.length },
    permissions,
  };
}
