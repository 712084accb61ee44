import { COLON, COMMA, endOfString, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './scan.ts';

/** What V8 takes for each part of a value, in bytes, as measured on Node 20; with what points to it. */
const OBJECT = 64;
const ARRAY = 64;
const MEMBER = 8;
const ELEMENT = 8;
const STRING = 24;
const DECIMAL = 16;
/** A number that is kept as text, because a double would print it differently. */
const FRAGILE = 128;
/** A member of a name that few objects have: those of common names share their layout. */
const RARE_NAME = 136;
/** A member whose name is a number is kept in a table of the object's own. */
const NUMBER_NAME = 176;
/** That many different names count as common. */
const COMMON_NAMES = 512;
/** Characters at the end of a name that distinguish it. */
const HASHED = 32;
/** Text with such a character takes two bytes for each. */
const WIDE = /[^\0-\xff]/;

const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
/** As many digits are a whole number that a double holds. */
const SAFE_DIGITS = 15;

/**
 * About how many bytes of the heap the values of a JSON text take, rather more than less: a few bytes of text can
 * become twenty times as many. Costs a fraction of the parsing; what is no JSON has some size, too.
 */
export function heapSizeOf(text: string): number {
  const names = new Set<number>();
  const bytes = WIDE.test(text) ? 2 : 1;
  const { length } = text;
  let size = 0;
  for (let at = 0; at < length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      size += (end - at) * bytes + (isName(text, end) ? nameSize(text, at + 1, end, names) : STRING);
      at = end;
    } else if (character === COMMA) {
      size += ELEMENT;
    } else if (character === OPEN_OBJECT) {
      size += OBJECT;
    } else if (character === OPEN_ARRAY) {
      size += ARRAY;
    } else if (character === MINUS || isDigit(character)) {
      const end = afterNumber(text, at);
      size += numberSize(text, at, end);
      at = end - 1;
    }
  }
  return size;
}

/** Whether a colon follows the string that ends there. */
function isName(text: string, end: number): boolean {
  let character: number;
  do {
    character = text.charCodeAt(++end);
  } while (character === 0x20 || character === 0x0a || character === 0x0d || character === 0x09);
  return character === COLON;
}

function nameSize(text: string, begin: number, end: number, names: Set<number>): number {
  if (isDigit(text.charCodeAt(begin))) {
    return MEMBER + NUMBER_NAME;
  }
  let hash = end - begin;
  for (let at = Math.max(begin, end - HASHED); at < end; at++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  }
  if (names.has(hash)) {
    return MEMBER;
  }
  if (names.size < COMMON_NAMES) {
    names.add(hash);
  }
  return MEMBER + STRING + RARE_NAME;
}

function afterNumber(text: string, at: number): number {
  for (at++; ; at++) {
    const character = text.charCodeAt(at);
    const isPart = isDigit(character) || character === DOT || character === MINUS || character === 0x2b;
    // `e` and `E`.
    if (!isPart && (character | 0x20) !== 0x65) {
      return at;
    }
  }
}

/** Which numbers are kept as text is guessed: rather one more. */
function numberSize(text: string, begin: number, end: number): number {
  let dot = false;
  for (let at = begin; at < end; at++) {
    const character = text.charCodeAt(at);
    if ((character | 0x20) === 0x65) {
      return FRAGILE;
    }
    dot ||= character === DOT;
  }
  const digits = end - begin;
  const last = text.charCodeAt(end - 1);
  if (digits > SAFE_DIGITS || (last === ZERO && (dot || text.charCodeAt(begin) === MINUS))) {
    return FRAGILE;
  }
  return dot ? DECIMAL : 0;
}

function isDigit(character: number): boolean {
  return character >= ZERO && character <= NINE;
}
