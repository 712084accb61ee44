import type { DiffEntry } from '../../contract/api/diff.ts';
import { KIND_NAMES } from '../../contract/kinds.ts';
import type { ResourceProblem } from '../../contract/manifest.ts';
import type { Diff } from '../../contract/plan.ts';
import type { Clock } from '../../contract/ports.ts';
import type { Caller } from '../organizations/caller.ts';
import { foreignSides } from './sides.ts';
import type { RepositoryCache } from './repository-cache.ts';
import type { Snapshots } from './snapshots.ts';

export interface Comparison {
  from: string;
  to: string;
  /** When live was read. */
  read: Date | undefined;
  entries: DiffEntry[];
  counts: { added: number; changed: number; removed: number };
  errors: ResourceProblem[];
  foreign: ('from' | 'to')[];
}

const KEPT = 10;

/** Long enough to read through the pages, short enough to be called live. */
const LIVE_FRESH_MS = 5 * 60_000;

/**
 * What differs between two snapshots, or a snapshot and live, within one organization; kept for the pages that follow.
 */
export class Comparisons {
  readonly #repositoryCache: RepositoryCache;
  readonly #snapshots: Snapshots;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { at: number; comparison: Promise<Comparison> }>();

  constructor(repositoryCache: RepositoryCache, snapshots: Snapshots, clock: Clock) {
    this.#repositoryCache = repositoryCache;
    this.#snapshots = snapshots;
    this.#clock = clock;
  }

  async compare(
    caller: Caller,
    { from, to }: { from: string; to: string },
    refresh: boolean,
    signal: AbortSignal,
  ): Promise<Comparison> {
    const base = await this.#snapshots.manifest(from, caller, signal);
    const target = to === 'live' ? 'live' : (await this.#snapshots.manifest(to, caller, signal)).id;
    const key = `${caller.org} ${caller.home} ${base.id}|${target}`;
    const now = this.#clock.monotonic();
    const kept = this.#kept.get(key);
    if (kept !== undefined && !refresh && (target !== 'live' || now - kept.at < LIVE_FRESH_MS)) {
      return kept.comparison;
    }
    const comparison = this.#make(caller, base.id, target, signal);
    this.#kept.set(key, { at: now, comparison });
    comparison.catch(() => this.#kept.delete(key));
    for (const old of [...this.#kept.keys()].slice(0, -KEPT)) {
      this.#kept.delete(old);
    }
    return comparison;
  }

  /** Live is no longer what it was. */
  forgetLive(): void {
    for (const key of this.#kept.keys()) {
      if (key.endsWith('|live')) {
        this.#kept.delete(key);
      }
    }
  }

  async #make(caller: Caller, from: string, to: string, signal: AbortSignal): Promise<Comparison> {
    const before = await this.#snapshots.shown(from, caller, signal);
    const base = before.manifest;
    if (to === 'live') {
      const read = this.#clock.now();
      const { diff, errors } = await this.#repositoryCache.use(signal, (work) => work.diffLive(base, caller, signal));
      return { from, to, read, ...listed(diff), errors, foreign: foreignSides(before, undefined) };
    }
    const after = await this.#snapshots.shown(to, caller, signal);
    const target = after.manifest;
    const diff = await this.#repositoryCache.use(signal, (work) => Promise.resolve(work.diff(base, target)));
    // What either snapshot failed to read can't be seen as unchanged.
    const errors = [...base.errors, ...target.errors];
    return { from, to, read: undefined, ...listed(diff), errors, foreign: foreignSides(before, after) };
  }
}

function listed(diff: Diff): Pick<Comparison, 'entries' | 'counts'> {
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
  return { entries, counts: { added: added.length, changed: changed.length, removed: removed.length } };
}
