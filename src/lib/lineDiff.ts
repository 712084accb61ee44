import { diffArrays } from 'diff';

/** A line of a comparison. */
export interface DiffLine {
  change: 'same' | 'added' | 'removed';
  text: string;
  /** Line numbers on either side, from 1. */
  before?: number;
  after?: number;
}

/**
 * Beyond this number of differing lines the shortest path costs too much; lines that occur once then say what belongs
 * together.
 */
const MAX_EDITS = 500;

/** What differs between two texts, line by line, with equal ends taken off first. */
export function diffLines(before: string[], after: string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) {
    start++;
  }
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  const removedPart = before.slice(start, before.length - end);
  const addedPart = after.slice(start, after.length - end);
  const middle = shortestEdit(removedPart, addedPart) ?? anchored(removedPart, addedPart);
  const lines: DiffLine[] = [];
  let beforeLine = 0;
  let afterLine = 0;
  const push = (change: DiffLine['change'], text: string) => {
    lines.push({
      change,
      text,
      before: change === 'added' ? undefined : ++beforeLine,
      after: change === 'removed' ? undefined : ++afterLine,
    });
  };
  before.slice(0, start).forEach((text) => push('same', text));
  middle.forEach(([change, text]) => push(change, text));
  before.slice(before.length - end).forEach((text) => push('same', text));
  return lines;
}

type Edit = [change: DiffLine['change'], text: string];

function replaced(before: string[], after: string[]): Edit[] {
  return [...before.map((text) => ['removed', text] as Edit), ...after.map((text) => ['added', text] as Edit)];
}

/** Compares piece by piece between the lines that occur once on either side, in the same order (patience diff). */
function anchored(before: string[], after: string[]): Edit[] {
  const edits: Edit[] = [];
  let [fromBefore, fromAfter] = [0, 0];
  const piece = (toBefore: number, toAfter: number) => {
    if (toBefore > fromBefore || toAfter > fromAfter) {
      const [old, fresh] = [before.slice(fromBefore, toBefore), after.slice(fromAfter, toAfter)];
      (shortestEdit(old, fresh) ?? replaced(old, fresh)).forEach((edit) => edits.push(edit));
    }
  };
  for (const [atBefore, atAfter] of anchors(before, after)) {
    piece(atBefore, atAfter);
    edits.push(['same', before[atBefore] ?? '']);
    [fromBefore, fromAfter] = [atBefore + 1, atAfter + 1];
  }
  piece(before.length, after.length);
  return edits;
}

/** Places of a line on both sides; the longest run of them that goes forward on both. */
function anchors(before: string[], after: string[]): [number, number][] {
  const inAfter = onlyOnce(after);
  const pairs = [...onlyOnce(before)].flatMap(([text, at]): [number, number][] => {
    const other = inAfter.get(text);
    return other === undefined ? [] : [[at, other]];
  });
  pairs.sort(([a], [b]) => a - b);
  // Of each length, the run that ends earliest: by the index of its last pair.
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  const placeOf = (index: number | undefined) => pairs[index ?? -1]?.[1] ?? -1;
  pairs.forEach(([, place], index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      [low, high] = placeOf(ends[middle]) < place ? [middle + 1, high] : [low, middle];
    }
    previous[index] = ends[low - 1];
    ends[low] = index;
  });
  const run: [number, number][] = [];
  for (let at = ends[ends.length - 1]; at !== undefined; at = previous[at]) {
    run.push(pairs[at] as [number, number]);
  }
  return run.reverse();
}

/** The lines that occur once, with their places. */
function onlyOnce(lines: string[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  lines.forEach((text, at) => (places.has(text) ? repeated.add(text) : places.set(text, at)));
  repeated.forEach((text) => places.delete(text));
  return places;
}

/** Undefined when more than MAX_EDITS lines differ. */
function shortestEdit(before: string[], after: string[]): Edit[] | undefined {
  return diffArrays(before, after, { maxEditLength: MAX_EDITS })?.flatMap(({ added, removed, value }) => {
    const change = added ? 'added' : removed ? 'removed' : 'same';
    return value.map((text): Edit => [change, text]);
  });
}

/** A stretch of equal lines that is folded away, or a line to show. */
export type FoldedLine = DiffLine | { change: 'folded'; count: number; at: number };

/** Keeps `context` equal lines around every difference and folds the rest, unless `open` holds its first index. */
export function foldEqual(lines: DiffLine[], context: number, open: ReadonlySet<number>): FoldedLine[] {
  const folded: FoldedLine[] = [];
  const keep = (from: number, to: number) => {
    for (let index = from; index < to; index++) {
      folded.push(lines[index] as DiffLine);
    }
  };
  let at = 0;
  while (at < lines.length) {
    let stop = at;
    while (lines[stop]?.change === 'same') {
      stop++;
    }
    const from = at === 0 ? 0 : at + context;
    const to = stop === lines.length ? stop : stop - context;
    if (to - from > 3 && !open.has(at)) {
      keep(at, from);
      folded.push({ change: 'folded', count: to - from, at });
      keep(to, stop);
    } else {
      keep(at, stop);
    }
    at = stop;
    while (at < lines.length && lines[at]?.change !== 'same') {
      folded.push(lines[at] as DiffLine);
      at++;
    }
  }
  return folded;
}
