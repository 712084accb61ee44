import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST = 300;
/** How the first comment of a longer file begins. */
const REASON = /^(?:\/\*\*?|\/\/)[\s*]*In one file, although it is long: \S/;

const lengthOf = (text: string): number => text.trimEnd().split('\n').length;

const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.js', '*.mjs'], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((file) => [file, readFileSync(join(ROOT, file), 'utf8')] as const);

describe('a file of code', () => {
  it(`has at most ${MOST} lines, unless its first comment says why`, () => {
    expect(files.length).toBeGreaterThan(500);
    const long = files.filter(([, text]) => lengthOf(text) > MOST && !REASON.test(text));
    expect(long.map(([file, text]) => `${file}: ${lengthOf(text)} lines`)).toEqual([]);
  });

  it('gives a reason only where it is that long', () => {
    const short = files.filter(([, text]) => lengthOf(text) <= MOST && REASON.test(text));
    expect(short.map(([file]) => file)).toEqual([]);
  });
});
