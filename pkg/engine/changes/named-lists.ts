/** Members of two lists that belong together, and those that only one list has. */
export interface Pairs<Item> {
  both: [before: Item, after: Item][];
  removed: Item[];
  added: Item[];
  /** Whether those that both have are in another order. */
  reordered: boolean;
}

/**
 * Pairs the members of two lists by the first key that both have: of repeated ones the first with the first. What no
 * key pairs is removed or added.
 * @param keysOf - what identifies a member, the surest first, as many of each; undefined where it has none of that
 * sort.
 */
export function pairUp<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keysOf: (item: Item) => readonly (string | undefined)[],
): Pairs<Item> {
  const [keys, newKeys] = [before.map(keysOf), after.map(keysOf)];
  const partner = new Map<number, number>();
  const taken = new Set<number>();
  const rounds = keys[0]?.length ?? 0;
  for (let round = 0; round < rounds; round++) {
    const open = new Map<string, number[]>();
    newKeys.forEach((its, at) => {
      const key = taken.has(at) ? undefined : its[round];
      if (key !== undefined) {
        open.set(key, [...(open.get(key) ?? []), at]);
      }
    });
    keys.forEach((its, at) => {
      const key = partner.has(at) ? undefined : its[round];
      const found = key === undefined ? undefined : open.get(key)?.shift();
      if (found !== undefined) {
        partner.set(at, found);
        taken.add(found);
      }
    });
  }
  const order = before.flatMap((_, at) => partner.get(at) ?? []);
  return {
    ...pairsOf(before, after, partner),
    reordered: order.some((at, index) => index > 0 && at < (order[index - 1] ?? -1)),
  };
}

/** @param partner - the place in the later list, by that in the earlier one */
export function pairsOf<Item>(
  before: readonly Item[],
  after: readonly Item[],
  partner: ReadonlyMap<number, number>,
): Omit<Pairs<Item>, 'reordered'> {
  const taken = new Set(partner.values());
  return {
    both: before.flatMap((item, at): [Item, Item][] => {
      const other = after[partner.get(at) ?? -1];
      return other === undefined ? [] : [[item, other]];
    }),
    removed: before.filter((_, at) => !partner.has(at)),
    added: after.filter((_, at) => !taken.has(at)),
  };
}

/** Indexes of the longest run that goes forward: what is not in it must have been moved. */
export function longestRun(places: readonly number[]): Set<number> {
  // Of each length, the run that ends lowest; a list of ten thousand must not take its square.
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  places.forEach((place, at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = (places[ends[middle] ?? -1] ?? -1) < place ? [middle + 1, high] : [low, middle];
    }
    previous[at] = ends[low - 1];
    ends[low] = at;
  });
  const run = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) {
    run.add(at);
  }
  return run;
}
