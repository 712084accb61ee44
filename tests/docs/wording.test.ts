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

/** Texts that users read: all words are checked. */
const TEXTS =
  /^(?:README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^(?:changes|docs|charts|examples|provisioning)\/|^src\/locales\/en-US\/|^pkg\/contract\/(?:changes|errors|reasons)\/|^pkg\/contract\/security-texts\.ts$/;
/** Code, with its comments and names. */
const CODE = /^(?:pkg|src|tests|scripts|bench)\/.*\.(?:tsx?|mjs|sh)$/;
/** What has been measured or recorded, pictures, this list, and names in tables of earlier measurements. */
const FREE =
  /\.(?:png|svg)$|^(?:bench\/performance\.md|docs\/openapi\.json)$|^tests\/golden\/|^tests\/docs\/wording\.test\.ts$|^bench\/(?:report\/targets|tools\/dashkeep)\.ts$/;
/** Words that code still has in its names and comments. */
const IN_CODE = ['reports, says', 'is lost'];
/** The widest comment, in columns. */
const WIDTH = 120;

/** The banned words of a text, with their lines. */
function slips(text: string, except: readonly string[] = []): string[] {
  return text.split('\n').flatMap((line, index) =>
    BANNED.filter(([, instead]) => !except.includes(instead)).flatMap(([word, instead]) => {
      const found = word.exec(line)?.[0];
      return found === undefined ? [] : [`${index + 1}: “${found}”, write: ${instead}`];
    }),
  );
}

/** Whether a line is a comment that is too wide, except for directives, which cannot be broken. */
function isWideComment(line: string): boolean {
  return line.length > WIDTH && /^\s*(?:\/\/|\/\*|\*)/.test(line) && !/oxlint-disable|https?:\/\//.test(line);
}

/** Files of the repository that a pattern names, with their text. */
function filesOf(pattern: RegExp): [file: string, text: string][] {
  const names = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return names
    .filter((file) => pattern.test(file) && !FREE.test(file))
    .map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]);
}

describe('plain words', () => {
  it('are used in every text that people read', () => {
    const files = filesOf(TEXTS);
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap(([file, text]) => slips(text).map((slip) => `${file}:${slip}`))).toEqual([]);
  });

  it('are used in code and its comments', () => {
    const files = filesOf(CODE);
    expect(files.length).toBeGreaterThan(500);
    expect(files.flatMap(([file, text]) => slips(text, IN_CODE).map((slip) => `${file}:${slip}`))).toEqual([]);
  });

  it('fit into the width of a comment', () => {
    const wide = filesOf(CODE).flatMap(([file, text]) =>
      text.split('\n').flatMap((line, index) => (isWideComment(line) ? [`${file}:${index + 1}`] : [])),
    );
    expect(wide).toEqual([]);
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
