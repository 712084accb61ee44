import type { Stored } from '../model/stored.ts';

/** Resources that unified storage holds. */
export type Unified = 'dashboards' | 'folders' | 'playlists';

/**
 * Where `/apis` reads from, which decides what a list says its `metadata.resourceVersion` is: `sql` a counter of the
 * resource over all orgs in epoch microseconds; `kv` the snowflake of the last event of anything; `legacy` the time of
 * the newest change among what is there, in milliseconds, and nothing for folders.
 */
export type ListStorage = 'sql' | 'kv' | 'legacy';

/** The numbers that writes are given, and what lists tell of them. */
export class ListVersions {
  /** The last number given to anything. */
  last = 1758777451428472n;
  /** The last number that made an event. */
  #event = this.last;
  #quiet = false;
  readonly #counters = new Map<Unified, bigint>();

  /** The function that is returned goes back to the present numbers. */
  keep(): () => void {
    const [last, event, counters] = [this.last, this.#event, [...this.#counters]];
    return () => {
      [this.last, this.#event] = [last, event];
      this.#counters.clear();
      counters.forEach(([resource, version]) => this.#counters.set(resource, version));
    };
  }

  /** A number above every one before it; `resource` is what was written. */
  advance(by: number, resource?: Unified): string {
    this.last += BigInt(by);
    if (resource !== undefined) {
      this.#counters.set(resource, this.last);
    }
    if (!this.#quiet) {
      this.#event = this.last;
    }
    return String(this.last);
  }

  /** A bulk import: it makes no events. */
  quietly<T>(work: () => T): T {
    this.#quiet = true;
    try {
      return work();
    } finally {
      this.#quiet = false;
    }
  }

  /** What a list of these items says; empty for what lies elsewhere, and 1 where nothing was ever written. */
  of(storage: ListStorage, resource: string, items: Iterable<Stored>): string {
    if (!isUnified(resource)) {
      return '';
    }
    switch (storage) {
      case 'sql':
        return String(this.#counters.get(resource) ?? 1);
      case 'kv':
        return `${this.#event}000`;
      case 'legacy':
        return resource === 'folders' ? '' : String([...items].reduce((max, { updated }) => Math.max(max, updated), 0));
    }
  }
}

function isUnified(resource: string): resource is Unified {
  return ['dashboards', 'folders', 'playlists'].includes(resource);
}
