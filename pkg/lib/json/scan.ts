/** JSON's own characters, in bytes and in text. */
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/**
 * The bytes alone do not decide what the parser would: they are no JSON, or something rare. Anyone who catches it
 * parses the whole text instead, and so finds out what is wrong with it.
 */
class NeedsParser extends Error {}

/** One for all: where it was thrown is of no interest, and a stack costs more than the scan. */
export const NEEDS_PARSER = new NeedsParser('needs the parser');

/** The result, or undefined where only the parser can decide. */
export function unlessParserIsNeeded<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NeedsParser) {
      return undefined;
    }
    throw error;
  }
}

/** Offset of the first byte from `at` on that is no white space. */
export function afterSpace(bytes: Uint8Array, at: number): number {
  while (isSpace(bytes[at])) {
    at++;
  }
  return at;
}

/** Whether it is white space of JSON's. */
export function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Offset after the string whose opening quote is at `at`. @throws NeedsParser when it does not end. */
export function afterString(bytes: Uint8Array, at: number): number {
  const { length } = bytes;
  for (at++; at < length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      return at + 1;
    }
    if (byte === BACKSLASH) {
      at++;
    }
  }
  throw NEEDS_PARSER;
}

/**
 * Offset after the object or array that begins at `at`. Only strings and brackets are looked at.
 * @throws NeedsParser when it does not end.
 */
export function afterBrackets(bytes: Uint8Array, at: number): number {
  const { length } = bytes;
  let depth = 0;
  while (at < length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = afterString(bytes, at);
      continue;
    }
    at++;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth++;
    } else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) {
      return at;
    }
  }
  throw NEEDS_PARSER;
}

/** Where the string that begins at a quote ends, at its other quote; behind the text when it has no end. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') {
      escapes++;
    }
    if (escapes % 2 === 0) {
      return at;
    }
  }
  return text.length;
}
