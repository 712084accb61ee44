import { expect, it } from 'vitest';
import { printTable } from '../../pkg/cli/output/output.ts';
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
