import type { Progress } from '../../contract/runs.ts';
import type { CliContext } from '../context.ts';
import { printable } from './printable.ts';

/** One JSON document, and nothing else, on standard output. */
export function printJson(context: CliContext, document: unknown): void {
  context.stdout.write(`${JSON.stringify(document)}\n`);
}

/** The result of a command: one JSON document with `--json`, otherwise what `print` writes. */
export function printResult(
  context: CliContext,
  { json }: { json?: boolean },
  document: unknown,
  print: () => void,
): void {
  if (json === true) {
    printJson(context, document);
  } else {
    print();
  }
}

/** Writes one line to standard output. */
export function printLine(context: CliContext, text = ''): void {
  context.stdout.write(`${text}\n`);
}

/** A table with a heading, columns as wide as their content. Numbers are right-aligned. */
export function printTable(context: CliContext, heading: string[], rows: (string | number)[][]): void {
  const cells = [heading, ...rows].map((row) => row.map((cell) => printable(String(cell))));
  const widths = heading.map((_, column) =>
    cells.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0),
  );
  for (const [index, row] of cells.entries()) {
    const line = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      const numeric = index > 0 && typeof rows[index - 1]?.[column] === 'number';
      return numeric ? cell.padStart(width) : cell.padEnd(width);
    });
    printLine(context, line.join('  ').trimEnd());
  }
}

/** `1 snapshot`, `2 snapshots` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1.8 MiB` */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

const BAR = 24;
const PLAIN_EVERY_MS = 5000;

/** A bar that redraws itself on a terminal; in a pipe, a plain line now and then if it changed; nothing with --json. */
export function progressPrinter(
  context: CliContext,
  quiet: boolean,
): { report: (progress: Progress) => void; end: () => void } {
  const { stderr, clock } = context;
  let last = clock.monotonic();
  let printed = '';
  let drawn = false;
  return {
    report(progress) {
      if (quiet) {
        return;
      }
      const line = counts(progress);
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${bar(progress)}`);
        drawn = true;
      } else if (line !== printed && clock.monotonic() - last >= PLAIN_EVERY_MS) {
        last = clock.monotonic();
        stderr.write(`${line}\n`);
        printed = line;
      }
    },
    end() {
      if (drawn) {
        stderr.write('\r\u001b[K');
        drawn = false;
      }
    },
  };
}

function bar(progress: Progress): string {
  const { done, total } = progress.step ?? progress;
  const share = total === undefined || total === 0 ? 0 : Math.min(1, done / total);
  const full = Math.round(share * BAR);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${counts(progress)}`;
}

function counts(progress: Progress): string {
  const { phase, rate, step } = progress;
  const { done, total, secondsLeft } = step ?? progress;
  const of = total === undefined ? '' : ` of ${total}`;
  const speed = rate === undefined ? '' : `, ${Math.round(rate)}/s`;
  const left = secondsLeft === undefined ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  const place = step === undefined ? '' : `${step.number}/${step.of} `;
  return `${place}${phase}: ${done}${of}${speed}${left}`;
}
