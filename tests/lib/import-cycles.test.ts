import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** Also imports of types, and those that come when they are needed. */
const IMPORT = /\b(?:from|import\(|import)\s*'(\.{1,2}\/[^']+)'/g;

type Graph = ReadonlyMap<string, readonly string[]>;

function importsBelow(directory: string): Graph {
  const files = readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(directory, name));
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const imports = [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].map(([, path = '']) =>
        relative(ROOT, resolve(ROOT, dirname(file), path)),
      );
      return [file, imports.filter((path) => known.has(path))];
    }),
  );
}

/** The first way that leads back to where it began; undefined when there is none. */
function cycleIn(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] | undefined => {
    if (way.includes(file)) {
      return [...way.slice(way.indexOf(file)), file];
    }
    if (done.has(file)) {
      return undefined;
    }
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...way, file]);
      if (cycle !== undefined) {
        return cycle;
      }
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  return undefined;
}

describe('files that import one another', () => {
  it.each(['pkg', 'src', 'scripts', 'tests', 'bench'])('are not below %s', (directory) => {
    const graph = importsBelow(directory);
    expect(graph.size).toBeGreaterThan(10);
    expect(cycleIn(graph)).toBeUndefined();
  });

  it('are found', () => {
    const graph = new Map([
      ['a.ts', ['b.ts', 'c.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['d.ts']],
      ['d.ts', ['b.ts']],
    ]);
    expect(cycleIn(graph)).toEqual(['b.ts', 'c.ts', 'd.ts', 'b.ts']);
  });
});
