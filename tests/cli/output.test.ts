import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { counted, printTable, progressPrinter } from '../../pkg/cli/output/output.ts';
import type { CliContext } from '../../pkg/cli/context.ts';

it('prints a table of more rows than a call can have arguments', () => {
  const lines: string[] = [];
  const world = { stdout: { write: (line: string) => lines.push(line) } } as unknown as CliContext;
  const rows = Array.from({ length: 200_000 }, (_, number) => ['dashboard', number]);
  printTable(world, ['kind', 'number'], rows);
  expect(lines).toHaveLength(200_001);
  expect(lines[1]).toBe('dashboard       0\n');
  expect(lines[200_000]).toBe('dashboard  199999\n');
});

it('prints one of something in the singular', () => {
  expect([0, 1, 2].map((count) => counted(count, 'snapshot'))).toEqual(['0 snapshots', '1 snapshot', '2 snapshots']);
  const plural = /\$\{[^}]+\} (?:[a-z]+ )?(?:are|were|changes|files|objects|problems|records|resources|snapshots)\b/;
  const files = readdirSync('pkg/cli', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.filter((name) => plural.test(readFileSync(`pkg/cli/${name}`, 'utf8')))).toEqual([]);
});

it('prints a wait into a pipe once', () => {
  const lines: string[] = [];
  let now = 0;
  const stderr = { write: (line: string) => lines.push(line) };
  const progress = progressPrinter({ stderr, clock: { monotonic: () => now } } as unknown as CliContext, false);
  for (const [phase, done] of [
    ...Array.from({ length: 3 }, () => ['waiting', 1] as const),
    ['restoring', 2] as const,
  ]) {
    now += 6000;
    progress.report({ phase, done, kinds: {} });
  }
  expect(lines).toEqual(['waiting: 1\n', 'restoring: 2\n']);
});
