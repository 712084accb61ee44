import { readFileSync, writeFileSync } from 'node:fs';

const START = '<!-- Made by npm run bench -- --write -->';
const END = '<!-- End of what is made -->';

/**
 * Puts the tables between the marks of a page.
 * @throws when the page has no such marks.
 */
export function writePage(tables: string, path = 'docs/performance.md'): void {
  const text = readFileSync(path, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`${path} lacks the marks between which the tables go`);
  }
  writeFileSync(path, `${text.slice(0, start)}${START}\n\n${tables}\n${text.slice(end)}`);
}
