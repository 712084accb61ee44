/** Prints by how much `heapSizeOf` misses what the values of some texts take in this process: 1 is exact. */
import { heapSizeOf } from '../../../pkg/lib/json/heap-size.ts';
import { parseJson } from '../../../pkg/lib/json/json.ts';

/** Large enough that memory of the process itself counts for little. */
const COUNT = 200_000;

/** As many items in a list. */
function list(item: (index: number) => string): string {
  return `[${Array.from({ length: COUNT }, (_, index) => item(index)).join(',')}]`;
}

const panel = {
  id: 1,
  type: 'timeseries',
  gridPos: { h: 8, w: 12, x: 0, y: 1 },
  targets: [{ refId: 'A', expr: 'up' }],
};
const TEXTS: Record<string, () => string> = {
  'empty objects': () => list(() => '{}'),
  'empty lists': () => list(() => '[]'),
  'short lists': () => list(() => '[1]'),
  numbers: () => list(() => '1'),
  decimals: () => list((index) => `${index}.5`),
  'numbers kept as text': () => list(() => '1.0'),
  'minus zero': () => list(() => '-0'),
  'short texts': () => list((index) => `"${index}"`),
  'texts of two bytes a character': () => list((index) => `"€ and more ${index}"`),
  'objects with different names': () => list((index) => `{"a${index}":1}`),
  'objects with numbers as names': () => list((index) => `{"${index % 100}":1}`),
  'one object': () =>
    list((index) => `"a${index}":1`)
      .replace('[', '{')
      .replace(']', '}'),
  'lists beside a number kept as text': () => list((index) => (index === 0 ? '1.0' : '[1]')),
  panels: () => list(() => JSON.stringify(panel)),
};

const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
const kept: unknown[] = [];
const off: Record<string, number> = {};
for (const [name, make] of Object.entries(TEXTS)) {
  const text = make();
  heapSizeOf(text);
  collect();
  const before = process.memoryUsage().heapUsed;
  kept.push(parseJson(text));
  collect();
  off[name] = heapSizeOf(text) / (process.memoryUsage().heapUsed - before);
}
console.log(JSON.stringify(off));
