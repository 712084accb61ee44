import { isUtf8 } from 'node:buffer';
import { MAX_JSON_DEPTH, parseJson, type Json, type JsonObject } from './json.ts';
import { ownCopy } from '../memory/release.ts';
import { JsonBytes, type Left } from './bytes.ts';
import {
  afterBrackets,
  afterSpace,
  afterString,
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  NEEDS_PARSER,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  unlessParserIsNeeded,
} from './scan.ts';

/**
 * Parses JSON, but leaves some objects as the bytes they came as (`JsonBytes`): what is large and only passed on need
 * not be taken apart. They are copied, so that the answer need not stay for them. Where the bytes alone don't decide,
 * everything is parsed.
 * @param parse parses everything.
 * @throws DashkeepError DK_JSON_INVALID when it is not JSON. Within what is left as bytes only its own members were
 * looked at.
 */
export function parseOutline(bytes: Buffer, left: Left, parse: (text: string) => Json = parseJson): Json {
  const outline = isUtf8(bytes) ? unlessParserIsNeeded(() => new Reader(bytes, left).read()) : undefined;
  return outline === undefined ? parse(bytes.toString('utf8')) : outline;
}

class Reader {
  readonly #bytes: Buffer;
  readonly #left: Left;
  #at = 0;

  constructor(bytes: Buffer, left: Left) {
    this.#bytes = bytes;
    this.#left = left;
  }

  read(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#bytes.length) {
      throw NEEDS_PARSER;
    }
    return value;
  }

  #value(depth: number): Json {
    if (depth > MAX_JSON_DEPTH) {
      throw NEEDS_PARSER;
    }
    switch (this.#space()) {
      case OPEN_OBJECT:
        return this.#object(depth);
      case OPEN_ARRAY:
        return this.#array(depth);
      case QUOTE:
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.#at++;
    if (this.#take(CLOSE_OBJECT)) {
      return object;
    }
    do {
      if (this.#space() !== QUOTE) {
        throw NEEDS_PARSER;
      }
      const name = this.#string();
      if (!this.#take(COLON) || name === '__proto__') {
        throw NEEDS_PARSER;
      }
      object[name] = name === this.#left.name && this.#space() === OPEN_OBJECT ? this.#leave() : this.#value(depth + 1);
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_OBJECT)) {
      throw NEEDS_PARSER;
    }
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#at++;
    if (this.#take(CLOSE_ARRAY)) {
      return array;
    }
    do {
      array.push(this.#value(depth + 1));
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_ARRAY)) {
      throw NEEDS_PARSER;
    }
    return array;
  }

  #leave(): JsonBytes {
    const begin = this.#at;
    const notes = new Map<string, string | number>();
    this.#at++;
    if (!this.#take(CLOSE_OBJECT)) {
      do {
        if (this.#space() !== QUOTE) {
          throw NEEDS_PARSER;
        }
        const name = this.#at;
        this.#at = afterString(this.#bytes, name);
        const wanted = this.#left.note.find((one) => this.#isString(name, one));
        if (!this.#take(COLON)) {
          throw NEEDS_PARSER;
        }
        this.#note(notes, wanted);
      } while (this.#take(COMMA));
      if (!this.#take(CLOSE_OBJECT)) {
        throw NEEDS_PARSER;
      }
    }
    return new JsonBytes(ownCopy(this.#bytes.subarray(begin, this.#at)), notes);
  }

  /** Passes over a member's value, which is noted under that name. */
  #note(notes: Map<string, string | number>, name: string | undefined): void {
    if (name !== undefined) {
      // Of a name that is there twice the last one counts, whatever it is.
      notes.delete(name);
    }
    const first = this.#space();
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      this.#at = afterBrackets(this.#bytes, this.#at);
      return;
    }
    if (name === undefined && first === QUOTE) {
      this.#at = afterString(this.#bytes, this.#at);
      return;
    }
    const value = this.#value(0);
    if (name !== undefined && (typeof value === 'string' || typeof value === 'number')) {
      notes.set(name, value);
    }
  }

  /** Whether the string that begins here is this one, without any escape. */
  #isString(at: number, text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.#bytes[at + 1 + index] !== text.charCodeAt(index)) {
        return false;
      }
    }
    return this.#bytes[at + 1 + text.length] === QUOTE;
  }

  #string(): string {
    const begin = this.#at;
    this.#at = afterString(this.#bytes, begin);
    // Escapes and mistakes are the parser's.
    return isPlain(this.#bytes, begin + 1, this.#at - 1)
      ? this.#bytes.toString('utf8', begin + 1, this.#at - 1)
      : parsed(this.#bytes.toString('utf8', begin, this.#at));
  }

  #scalar(): Json {
    const begin = this.#at;
    while (isPartOfScalar(this.#bytes[this.#at])) {
      this.#at++;
    }
    return parsed(this.#bytes.toString('latin1', begin, this.#at));
  }

  /** Passes over white space. @returns the byte after it */
  #space(): number | undefined {
    this.#at = afterSpace(this.#bytes, this.#at);
    return this.#bytes[this.#at];
  }

  #take(byte: number): boolean {
    const found = this.#space() === byte;
    this.#at += found ? 1 : 0;
    return found;
  }
}

/** Whether these bytes of a string are printed unchanged. */
function isPlain(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === BACKSLASH) {
      return false;
    }
  }
  return true;
}

function isPartOfScalar(byte = 0): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== CLOSE_OBJECT && byte !== CLOSE_ARRAY;
}

/** Numbers as `parseJson` keeps them. */
function parsed<T extends Json>(text: string): T {
  try {
    return parseJson(text) as T;
  } catch {
    throw NEEDS_PARSER;
  }
}
