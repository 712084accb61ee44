import { LONGEST_SEARCH } from '../../contract/api/search.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

const SHORTEST = 2;

/** What is searched for: plain words, each of which must be in a text. */
export interface SearchWords {
  /** All of it, as it is compared. */
  phrase: string;
  words: readonly string[];
}

/**
 * The form in which texts are compared: without case, accents and repeated spaces.
 */
function comparable(text: string): string {
  return folded(text).replace(/\s+/g, ' ').trim();
}

/** The same of a text of several lines, which stay as they are. */
export function folded(text: string): string {
  // oxlint-disable-next-line no-control-regex -- plain ASCII needs no normalization, and is most of what there is
  const plain = /^[\u0000-\u007f]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '');
  return plain.toLowerCase();
}

/** @throws DK_USAGE for a text that is too short or too long */
export function parseSearch(text: string): SearchWords {
  if (text.length > LONGEST_SEARCH) {
    throw new DashkeepError(
      'DK_USAGE',
      `the search text has ${text.length} characters; the maximum is ${LONGEST_SEARCH}`,
      { advice: reason('shorten-search') },
    );
  }
  const phrase = comparable(text);
  if (phrase.length < SHORTEST) {
    throw new DashkeepError('DK_USAGE', `the search text is too short: '${phrase}'`, {
      advice: reason('lengthen-search', { count: String(SHORTEST) }),
    });
  }
  return { phrase, words: [...new Set(phrase.split(' '))] };
}

/**
 * How well a text fits: 0 is the same, 1 begins with the phrase, 2 holds it, 3 holds each word; undefined for one that
 * does not fit.
 */
export function fit({ phrase, words }: SearchWords, text: string): number | undefined {
  const compared = comparable(text);
  if (!words.every((word) => compared.includes(word))) {
    return undefined;
  }
  if (compared === phrase) {
    return 0;
  }
  return compared.startsWith(phrase) ? 1 : compared.includes(phrase) ? 2 : 3;
}

const BEFORE = 60;
const LONGEST_EXCERPT = 300;

/** The part of a long text around the first word that was found. */
export function excerpt({ phrase, words }: SearchWords, text: string): string {
  if (text.length <= LONGEST_EXCERPT) {
    return text;
  }
  const lower = text.toLowerCase();
  const at = [phrase, ...words].map((word) => lower.indexOf(word)).find((place) => place >= 0) ?? 0;
  const from = at <= BEFORE ? 0 : at - BEFORE;
  const part = text.slice(from, from + LONGEST_EXCERPT);
  return `${from > 0 ? '…' : ''}${part}${from + LONGEST_EXCERPT < text.length ? '…' : ''}`;
}
