/** What `/api/search` knows of a folder or dashboard. */
export interface IndexEntry {
  type: 'dash-folder' | 'dash-db';
  uid: string;
}

/**
 * The search index: what it shows follows the store after a delay (12.4 and later), or immediately (before).
 * Only membership lags; titles are read from the store.
 */
export class SearchIndex {
  /** How long a write takes to show, in milliseconds. */
  delayMs: number;
  readonly #now: () => number;
  readonly #visible = new Map<string, IndexEntry>();
  #pending: { due: number; key: string; entry: IndexEntry | undefined }[] = [];
  /** Changes whenever the index or anything that orders it does. */
  revision = 0;

  constructor(now: () => number, delayMs: number) {
    this.#now = now;
    this.delayMs = delayMs;
  }

  put(entry: IndexEntry): void {
    this.#change(key(entry), entry);
  }

  remove(entry: IndexEntry): void {
    this.#change(key(entry), undefined);
  }

  /** Makes everything visible now. */
  flush(): void {
    this.#apply(Infinity);
  }

  entries(): IterableIterator<IndexEntry> {
    this.#apply(this.#now());
    return this.#visible.values();
  }

  clear(): void {
    this.#pending = [];
    this.#visible.clear();
    this.revision++;
  }

  #change(changed: string, entry: IndexEntry | undefined): void {
    this.#pending.push({ due: this.#now() + this.delayMs, key: changed, entry });
    this.revision++;
  }

  #apply(until: number): void {
    let done = 0;
    for (const change of this.#pending) {
      if (change.due > until) {
        break;
      }
      if (change.entry) {
        this.#visible.set(change.key, change.entry);
      } else {
        this.#visible.delete(change.key);
      }
      done++;
    }
    if (done > 0) {
      this.#pending.splice(0, done);
      this.revision++;
    }
  }
}

function key(entry: IndexEntry): string {
  return `${entry.type}/${entry.uid}`;
}
