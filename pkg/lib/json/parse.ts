import { DashkeepError } from '../../contract/errors.ts';
import { partOfHeap } from '../memory/part-of-heap.ts';
import { heapSizeOf } from './heap-size.ts';
import { endOfString } from './scan.ts';
import { JsonTooDeep, MAX_JSON_DEPTH, RawNumber, type Json, type JsonObject } from './value.ts';

/**
 * What a text and its values may take of the heap. Other work goes on beside it, and what is made of the values is
 * another text.
 */
const MAX_PARSED_BYTES = partOfHeap(1 / 3, 1024);

/** Smaller ones take less than that, whatever they hold. */
const ALWAYS_FITS = Math.min(1024 * 1024, MAX_PARSED_BYTES / 50);

/** Candidates for a number that does not survive the way through a double; a hit inside a string only costs time. */
const FRAGILE_NUMBER = /(?:^|[:,[\s])(?:-0|-?(?:\d{16,}|\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+))(?=[\s,\]}]|$)/g;

/** Whether every number in the text does. One candidate at a time: a list of them may be larger than the text. */
function survivesAsDoubles(text: string): boolean {
  FRAGILE_NUMBER.lastIndex = 0;
  for (let found = FRAGILE_NUMBER.exec(text); found !== null; found = FRAGILE_NUMBER.exec(text)) {
    if (!survivesAsDouble(numberIn(found[0]))) {
      return false;
    }
  }
  return true;
}

function survivesAsDouble(text: string): boolean {
  return String(Number(text)) === text;
}

/** The candidate without the character before it; looking behind instead makes the search three times slower. */
function numberIn(candidate: string): string {
  return /^[-\d]/.test(candidate) ? candidate : candidate.slice(1);
}

/**
 * Parses JSON without changing any number.
 * @throws DashkeepError DK_JSON_INVALID when the text is not JSON or nests deeper than MAX_JSON_DEPTH;
 * DK_JSON_TOO_LARGE when its values would not fit into the heap.
 */
export function parseJson(text: string): Json {
  if (text.length > ALWAYS_FITS && text.length + heapSizeOf(text) > MAX_PARSED_BYTES) {
    throw new DashkeepError('DK_JSON_TOO_LARGE', `JSON of ${text.length} characters exceeds the available memory`);
  }
  try {
    if (survivesAsDoubles(text)) {
      const value = JSON.parse(text) as Json;
      refuseDepth(value, 0);
      return value;
    }
    return new LosslessParser(text).parse();
  } catch (cause) {
    if (cause instanceof DashkeepError) {
      throw cause;
    }
    throw new DashkeepError('DK_JSON_INVALID', `not valid JSON (${text.length} characters)`, { cause });
  }
}

/** JSON.parse itself has no limit, but everything that walks the value afterwards does. */
function refuseDepth(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (depth > MAX_JSON_DEPTH) {
    throw new JsonTooDeep();
  }
  if (Array.isArray(value)) {
    for (const member of value) {
      refuseDepth(member, depth + 1);
    }
    return;
  }
  // Own members only: what was just parsed inherits nothing that could be enumerated.
  for (const key in value as JsonObject) {
    refuseDepth((value as JsonObject)[key] as Json, depth + 1);
  }
}

/** The slower road, taken only by documents that hold a fragile number. */
class LosslessParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Json {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) {
      throw this.#unexpected();
    }
    return value;
  }

  #value(depth: number): Json {
    this.#space();
    const first = this.#text[this.#at];
    if (depth > MAX_JSON_DEPTH && (first === '{' || first === '[')) {
      throw new JsonTooDeep();
    }
    if (first === '{') {
      return this.#object(depth);
    }
    if (first === '[') {
      return this.#array(depth);
    }
    if (first === '"') {
      return this.#string();
    }
    return this.#scalar();
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.#at++;
    if (this.#take('}')) {
      return object;
    }
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') {
        throw this.#unexpected();
      }
      const key = this.#string();
      this.#expect(':');
      const value = this.#value(depth + 1);
      // A plain assignment to __proto__ would set the prototype and lose the member.
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    } while (this.#take(','));
    this.#expect('}');
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.#at++;
    if (this.#take(']')) {
      return array;
    }
    do {
      array.push(this.#value(depth + 1));
    } while (this.#take(','));
    this.#expect(']');
    // What grew element by element keeps room for sixteen more.
    return array.slice();
  }

  #string(): string {
    const end = endOfString(this.#text, this.#at);
    if (end === this.#text.length) {
      throw this.#unexpected();
    }
    const literal = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    return JSON.parse(literal) as string;
  }

  #scalar(): Json {
    const token = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    if (found === undefined) {
      throw this.#unexpected();
    }
    this.#at += found.length;
    if (found === 'true' || found === 'false') {
      return found === 'true';
    }
    if (found === 'null') {
      return null;
    }
    return survivesAsDouble(found) ? Number(found) : new RawNumber(found);
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '?')) {
      this.#at++;
    }
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) {
      return false;
    }
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) {
      throw this.#unexpected();
    }
  }

  #unexpected(): Error {
    return new SyntaxError(`unexpected character at offset ${this.#at}`);
  }
}
