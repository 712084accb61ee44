import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../pkg/contract/changes/catalogue.ts';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors/catalogue.ts';
import type { ErrorKind } from '../../pkg/contract/errors/kind.ts';
import french from '../../pkg/contract/french.json' with { type: 'json' };
import { ADVICE_REASONS } from '../../pkg/contract/reasons/advice/all.ts';
import { REASONS } from '../../pkg/contract/reasons/catalogue.ts';
import { HINT_REASONS } from '../../pkg/contract/reasons/hints.ts';
import { PAGE_REASONS } from '../../pkg/contract/reasons/pages.ts';
import { SECURITY } from '../../pkg/contract/security-texts.ts';
import { cliText, fill, pageText } from '../../pkg/contract/texts.ts';

const ERRORS: Record<string, ErrorKind> = ERROR_CATALOGUE;
const changes = Object.fromEntries(Object.entries(CHANGES).map(([code, [, text]]) => [code, text]));
const reasons = Object.fromEntries(Object.entries(PAGE_REASONS).map(([code, text]) => [code, pageText(text)]));
const titles = Object.fromEntries(Object.entries(ERRORS).map(([code, { title }]) => [code, title]));
const hints = Object.fromEntries(Object.entries(ERRORS).map(([code, { hint, page = hint }]) => [code, page]));
const frenchTitles = Object.fromEntries(Object.entries(french.errors).map(([code, { title }]) => [code, title]));
const frenchHints = Object.fromEntries(Object.entries(french.errors).map(([code, { hint }]) => [code, hint]));

/** Each catalogue of texts for pages, in English and French. */
const PAGES: [name: string, english: Record<string, string>, french: Record<string, string>][] = [
  ['changes', changes, french.changes],
  ['reasons', reasons, french.reasons],
  ['changes to who can see what', SECURITY, french.security],
  ['names of errors', titles, frenchTitles],
  ['hints of errors', hints, frenchHints],
];

/** The reason that says nothing. */
const WORDLESS = 'as-planned';

const paramsIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

describe.each(PAGES)('%s', (_, english, translated) => {
  it('each have a French text with the same params', () => {
    expect(Object.keys(translated).sort()).toEqual(Object.keys(english).sort());
    for (const [code, text] of Object.entries(english)) {
      expect([code, ...paramsIn(translated[code] ?? '')]).toEqual([code, ...paramsIn(text)]);
      expect(translated[code] !== '', code).toBe(code !== WORDLESS);
    }
  });

  it('send no one on a page to a flag or an environment variable', () => {
    for (const [code, text] of [...Object.entries(english), ...Object.entries(translated)]) {
      expect(text, code).not.toMatch(/`|--|[A-Z]+_[A-Z]+/);
    }
  });
});

describe('an error', () => {
  it('has a name that no other has', () => {
    expect(new Set(Object.values(titles)).size).toBe(Object.keys(titles).length);
  });
});

describe('the texts of reasons', () => {
  const advice = { ...ADVICE_REASONS, ...HINT_REASONS };

  it.each(Object.entries(REASONS).filter(([code]) => code !== WORDLESS))('%s', (code, text) => {
    for (const one of [cliText(text), pageText(text)]) {
      // Advice is one or more sentences; a reason can follow a colon or fill a cell.
      expect(one).toMatch(Object.hasOwn(advice, code) ? /^[A-Z].*(?:[.?]|: \{\w+\})$/ : /^(?!.*[a-z]\. [A-Z]).*[^.]$/);
    }
  });

  it('are filled with params as they are, and have another only where that differs', () => {
    expect(fill('{a} of {b}', { a: '{b} $&', b: '2' })).toBe('{b} $& of 2');
    expect(fill('{a} of {b}', { a: '' }, 'nothing')).toBe('nothing of nothing');
    expect(fill('Becomes {a} of {b}.', { a: 'v1.', b: 'Second Org.' })).toBe('Becomes v1. of Second Org.');
    const twice = Object.entries(REASONS).filter(
      ([, text]) => typeof text !== 'string' && cliText(text) === pageText(text),
    );
    expect(twice).toEqual([]);
    const same = Object.entries(ERRORS).filter(([, { hint, page }]) => page === hint);
    expect(same).toEqual([]);
  });
});
