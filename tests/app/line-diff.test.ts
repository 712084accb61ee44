import { describe, expect, it } from 'vitest';
import { diffLines, foldEqual } from '../../src/lib/lineDiff.ts';

/** Both sides, put together again from a comparison. */
function sides(lines: ReturnType<typeof diffLines>): [string[], string[]] {
  return [
    lines.filter((line) => line.change !== 'added').map((line) => line.text),
    lines.filter((line) => line.change !== 'removed').map((line) => line.text),
  ];
}

describe('the line comparison', () => {
  it('finds the one line that differs, with the numbers of both sides', () => {
    const lines = diffLines(['a', 'b', 'c'], ['a', 'x', 'c']);
    expect(lines.map(({ change, text, before, after }) => [change, text, before, after])).toEqual([
      ['same', 'a', 1, 1],
      ['removed', 'b', 2, undefined],
      ['added', 'x', undefined, 2],
      ['same', 'c', 3, 3],
    ]);
  });

  it('loses no line of either side, whatever they are', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 16807) % 2147483647) % below;
    const text = () => Array.from({ length: random(30) }, () => 'abc'[random(3)] ?? '');
    for (let round = 0; round < 300; round++) {
      const [before, after] = [text(), text()];
      expect(sides(diffLines(before, after))).toEqual([before, after]);
    }
  });

  it('is shortest where it can be: a moved block costs twice its length, not the whole text', () => {
    const block = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const changed = diffLines(['new', ...block], [...block, 'new']).filter((line) => line.change !== 'same');
    expect(changed).toHaveLength(2);
  });

  it('gives up on the shortest way when everything differs, and still loses nothing', () => {
    const before = Array.from({ length: 3000 }, (_, index) => `old ${index}`);
    const after = Array.from({ length: 3000 }, (_, index) => `new ${index}`);
    expect(sides(diffLines(before, after))).toEqual([before, after]);
  });

  it('folds what is equal but for three lines around a difference, and unfolds it again', () => {
    const before = Array.from({ length: 40 }, (_, index) => `${index}`);
    const after = before.map((line) => (line === '20' ? 'changed' : line));
    const lines = diffLines(before, after);
    const folded = foldEqual(lines, 3, new Set());
    const counts = folded.flatMap((line) => (line.change === 'folded' ? [line.count] : []));
    expect(counts).toEqual([17, 16]);
    expect(folded).toHaveLength(3 + 2 + 3 + 2);
    const opened = new Set(folded.flatMap((line) => (line.change === 'folded' ? [line.at] : [])));
    expect(foldEqual(lines, 3, opened)).toEqual(lines);
  });

  it('finds what is other in a long text with thousands of differences', () => {
    const panel = (id: number, y: number) => [
      '{',
      `"id": ${id},`,
      '"gridPos": {',
      `"y": ${y}`,
      '},',
      '"type": "stat"',
      '},',
    ];
    const ids = Array.from({ length: 3000 }, (_, id) => id);
    const before = ids.flatMap((id) => panel(id, id * 8));
    const after = [...panel(9999, 0), ...ids.flatMap((id) => panel(id, id * 8 + 3))];
    const lines = diffLines(before, after);
    const side = (left: 'added' | 'removed') => lines.filter(({ change }) => change !== left).map(({ text }) => text);
    expect(side('added')).toEqual(before);
    expect(side('removed')).toEqual(after);
    // The panel that is new, and one line of each other.
    expect(lines.filter(({ change }) => change === 'added')).toHaveLength(7 + 3000);
    expect(lines.filter(({ change }) => change === 'removed')).toHaveLength(3000);
  });

  it('opens a fold of any length', () => {
    const before = Array.from({ length: 400_000 }, (_, index) => String(index % 1000));
    const lines = diffLines(before, [...before, 'added']);
    expect(foldEqual(lines, 3, new Set([0]))).toHaveLength(lines.length);
  });
});
