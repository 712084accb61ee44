import { useMemo, useState } from 'react';

/** Rows that were ticked. They stay ticked while filters hide them. */
export interface Selection<T> {
  chosen: T[];
  has(item: T): boolean;
  toggle(item: T): void;
  /** Ticks all of these, or unticks them when all are ticked. */
  toggleAll(items: T[]): void;
  clear(): void;
}

export function useSelection<T>(keyOf: (item: T) => string): Selection<T> {
  const [ticked, setTicked] = useState<ReadonlyMap<string, T>>(new Map());
  return useMemo(() => {
    const has = (item: T) => ticked.has(keyOf(item));
    const put = (items: T[], tick: boolean) => {
      const next = new Map(ticked);
      items.forEach((item) => (tick ? next.set(keyOf(item), item) : next.delete(keyOf(item))));
      setTicked(next);
    };
    return {
      chosen: [...ticked.values()],
      has,
      toggle: (item) => put([item], !has(item)),
      toggleAll: (items) => put(items, !items.every(has)),
      clear: () => setTicked(new Map()),
    };
  }, [keyOf, ticked]);
}
