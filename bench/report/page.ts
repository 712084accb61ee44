import { readFileSync, writeFileSync } from 'node:fs';

interface Marks {
  start: string;
  end: string;
}

/** Where the tables of the simulated Grafana go. */
export const SIMULATED: Marks = {
  start: '<!-- Made by npm run bench -- --write -->',
  end: '<!-- End of what is made -->',
};
/** Where the tables of a real Grafana go. */
export const REAL: Marks = {
  start: '<!-- Made by npm run bench -- --grafana URL --write -->',
  end: '<!-- End of what is made on a real Grafana -->',
};

/**
 * Puts the tables between two marks of a page.
 * @throws when the page has no such marks.
 */
export function writePage(tables: string, marks: Marks, path = 'bench/performance.md'): void {
  const text = readFileSync(path, 'utf8');
  const [start, end] = [text.indexOf(marks.start), text.indexOf(marks.end)];
  if (start < 0 || end < start) {
    throw new Error(`${path} lacks the marks between which the tables go`);
  }
  writeFileSync(path, `${text.slice(0, start)}${marks.start}\n\n${tables}\n${text.slice(end)}`);
}
