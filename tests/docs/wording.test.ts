import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';

/** Words that nobody uses for these things, each with what to write instead. */
const BANNED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\banew\b/i, 'again'],
  [/\bnought\b/i, '0'],
  [/\bwhoever\b/i, 'anyone who'],
  [/\btells?\b(?! apart)|\btold\b/i, 'reports, says'],
  [/\blies (?:in|under|at|behind|below|beside)\b/i, 'is stored'],
  [/\bcomes? true\b/i, 'happens'],
  [/\bat once\b/i, 'immediately, concurrently'],
  [/\bof (?:its|their|our) own\b/i, 'its own …'],
  [/\bso many\b/i, 'the number'],
  [/\bfor want of\b/i, 'because there is no'],
  [/\bhurr(?:y|ies|ied)\b/i, 'priority'],
  [/(?<!-)\bstands?\b(?!-| in for)/i, 'is, tolerates'],
  // The title of the guide, and a flag.
  [/(?<!-|^# Grafana )\bburn(?:s|t|ed|ing)?\b/i, 'is lost'],
];

/** What is held to them. */
const HELD = /^(?:README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^(?:docs|charts|provisioning)\/|^src\/locales\/en-US\//;
/** Pages that are measured or recorded, pictures, and files of other tools. */
const FREE = /\.(?:png|svg|lock)$|^docs\/(?:performance\.md|openapi\.json)$|package-lock\.json$|^tests\/golden\//;

/** The banned words of a text, with their lines. */
function slips(text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    BANNED.flatMap(([word, instead]) => {
      const found = word.exec(line)?.[0];
      return found === undefined ? [] : [`${index + 1}: “${found}”, write: ${instead}`];
    }),
  );
}

const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => HELD.test(file) && !FREE.test(file));

describe('plain words', () => {
  it('are used in every text that people read', () => {
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) => slips(readFileSync(join(ROOT, file), 'utf8')).map((slip) => `${file}:${slip}`));
    expect(found).toEqual([]);
  });

  it.each(['Plan anew', 'as many as it stands at once', 'Whoever has it', 'it was told so', 'a page of its own'])(
    'are missed in: %s',
    (text) => {
      expect(slips(text)).not.toEqual([]);
    },
  );

  it('may be told apart, stand-ins and stand-alone ones among them', () => {
    expect(slips('Tell apart a stand-in.\nsnapshot-standalone')).toEqual([]);
  });
});
