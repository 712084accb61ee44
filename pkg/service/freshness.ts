import type { Clock } from '../contract/ports.ts';
import { withTimeLimit } from '../lib/time-limit.ts';
import type { Comparisons } from './repository/comparisons.ts';
import type { History } from './repository/history.ts';
import type { RepositoryCache } from './repository/repository-cache.ts';
import type { SettingsStore } from './settings/store.ts';
import type { StatusCache } from './status/status-cache.ts';

/** The longest that the end of a run waits for the status, in milliseconds: the target may no longer respond. */
const REREAD_MS = 5_000;

export interface FreshnessParts {
  settings: SettingsStore;
  repositoryCache: RepositoryCache;
  statusCache: StatusCache;
  history: History;
  comparisons: Comparisons;
  clock: Clock;
  signal: AbortSignal;
}

/** Drops what was read before and is old now. */
export class Freshness {
  readonly #parts: FreshnessParts;
  #targetRevision = '';

  constructor(parts: FreshnessParts) {
    this.#parts = parts;
  }

  /** After settings were saved, here or by another replica. */
  settingsChanged(): void {
    const { settings, repositoryCache, history, statusCache, signal } = this.#parts;
    const { targetRevision } = settings;
    if (targetRevision !== this.#targetRevision) {
      this.#targetRevision = targetRevision;
      repositoryCache.retarget();
      history.retarget();
      statusCache.retarget();
      statusCache.refresh(signal);
    }
  }

  /** After snapshots were removed, or made by another process. */
  snapshotsChanged(): void {
    this.#parts.repositoryCache.refresh();
    this.#parts.statusCache.invalidate();
  }

  /** After a run made a snapshot: anyone who sees that it has ended also sees what it made. */
  async snapshotMade(): Promise<void> {
    const { repositoryCache, statusCache, clock, signal } = this.#parts;
    repositoryCache.refresh();
    await withTimeLimit(clock, REREAD_MS, signal, (over) => Promise.race([statusCache.reread(signal), over]));
  }

  /** After runs. */
  runsChanged(): void {
    const { history, comparisons, statusCache, signal } = this.#parts;
    history.refresh();
    comparisons.forgetLive();
    this.snapshotsChanged();
    // What it made is seen with its end, not a moment later.
    statusCache.refresh(signal);
  }
}
