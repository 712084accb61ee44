/** A line of a comparison. */
export interface DiffLine {
  change: 'same' | 'added' | 'removed';
  text: string;
  /** Line numbers on either side, from 1. */
  before?: number;
  after?: number;
}

/** Beyond so many differing lines the exact path costs too much; the rest is then shown as replaced. */
const MAX_EDITS = 2000;

/** What differs between two texts, line by line (Myers' algorithm), with equal ends taken off first. */
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
  const middle = shortestEdit(removedPart, addedPart) ?? replaced(removedPart, addedPart);
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

/** Undefined when more than MAX_EDITS lines differ. */
function shortestEdit(before: string[], after: string[]): Edit[] | undefined {
  const most = Math.min(MAX_EDITS, before.length + after.length);
  const offset = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const left = reach[offset + diagonal - 1] ?? 0;
      const right = reach[offset + diagonal + 1] ?? 0;
      const down = diagonal === -edits || (diagonal !== edits && left < right);
      let x = down ? right : left + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) {
        x++;
      }
      reach[offset + diagonal] = x;
      if (x >= before.length && x - diagonal >= after.length) {
        return walkBack(trace, before, after, offset);
      }
    }
  }
  return undefined;
}

function walkBack(trace: Int32Array[], before: string[], after: string[], offset: number): Edit[] {
  const edits: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let step = trace.length - 1; step >= 0; step--) {
    const reach = trace[step] ?? new Int32Array();
    const diagonal = x - y;
    const left = reach[offset + diagonal - 1] ?? 0;
    const right = reach[offset + diagonal + 1] ?? 0;
    const down = diagonal === -step || (diagonal !== step && left < right);
    const previous = down ? diagonal + 1 : diagonal - 1;
    const fromX = step === 0 ? 0 : (reach[offset + previous] ?? 0);
    const fromY = step === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY && before[x - 1] === after[y - 1]) {
      edits.push(['same', before[x - 1] ?? '']);
      x--;
      y--;
    }
    if (step > 0) {
      edits.push(down ? ['added', after[y - 1] ?? ''] : ['removed', before[x - 1] ?? '']);
      x = fromX;
      y = fromY;
    }
  }
  return edits.reverse();
}

/** A stretch of equal lines that is folded away, or a line to show. */
export type FoldedLine = DiffLine | { change: 'folded'; count: number; at: number };

/** Keeps `context` equal lines around every difference and folds the rest, unless `open` holds its first index. */
export function foldEqual(lines: DiffLine[], context: number, open: ReadonlySet<number>): FoldedLine[] {
  const folded: FoldedLine[] = [];
  let at = 0;
  while (at < lines.length) {
    let stop = at;
    while (lines[stop]?.change === 'same') {
      stop++;
    }
    const from = at === 0 ? 0 : at + context;
    const to = stop === lines.length ? stop : stop - context;
    if (to - from > 3 && !open.has(at)) {
      folded.push(...lines.slice(at, from), { change: 'folded', count: to - from, at }, ...lines.slice(to, stop));
    } else {
      folded.push(...lines.slice(at, stop));
    }
    at = stop;
    while (at < lines.length && lines[at]?.change !== 'same') {
      folded.push(lines[at] as DiffLine);
      at++;
    }
  }
  return folded;
}
