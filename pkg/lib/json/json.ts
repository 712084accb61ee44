import { DashkeepError } from '../../contract/errors.ts';

/**
 * JSON as it came, numbers untouched: a number that a JavaScript number cannot print back letter for letter
 * (`1.0`, `12345678901234567890`, `1e400`) is kept as a RawNumber.
 */
export type Json = null | boolean | number | string | RawJson | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/**
 * A value kept as its JSON text and printed as that. Only for what is printed next, like the body of a request: nothing
 * looks into it, nor sorts its members.
 */
export abstract class RawJson {
  abstract readonly text: string;

  toString(): string {
    return this.text;
  }
}

/** A value that is there as text. */
export class RawText extends RawJson {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}

/** A number kept as the text it was written in. */
export class RawNumber extends RawText {
  /** What a caller gets who only wants the value; precision may be lost. */
  override valueOf(): number {
    return Number(this.text);
  }
}

/** Deeper nesting than any real dashboard; stops hostile input from exhausting the stack. */
export const MAX_JSON_DEPTH = 400;

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);
}

/** Candidates for a number that does not survive the way through a double; a hit inside a string only costs time. */
const FRAGILE_NUMBER = /(?:^|[:,[\s])(?:-0|-?(?:\d{16,}|\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+))(?=[\s,\]}]|$)/g;

function survivesAsDouble(text: string): boolean {
  return String(Number(text)) === text;
}

/** The candidate without the character before it; looking behind instead makes the search three times slower. */
function numberIn(candidate: string): string {
  return /^[-\d]/.test(candidate) ? candidate : candidate.slice(1);
}

/**
 * Parses JSON without changing any number.
 * @throws DashkeepError DK_JSON_INVALID when the text is not JSON or nests deeper than MAX_JSON_DEPTH.
 */
export function parseJson(text: string): Json {
  const fragile = text.match(FRAGILE_NUMBER);
  try {
    if (fragile === null || fragile.every((candidate) => survivesAsDouble(numberIn(candidate)))) {
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
    throw tooDeep();
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
      throw tooDeep();
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
    return array;
  }

  #string(): string {
    const end = /[^"\\]*(?:\\.[^"\\]*)*"/sy;
    end.lastIndex = this.#at + 1;
    if (!end.test(this.#text)) {
      throw this.#unexpected();
    }
    const literal = this.#text.slice(this.#at, end.lastIndex);
    this.#at = end.lastIndex;
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

function tooDeep(): DashkeepError {
  return new DashkeepError('DK_JSON_INVALID', `JSON nested deeper than ${MAX_JSON_DEPTH} levels`);
}

/**
 * The one text of a JSON value: members sorted by UTF-16 code units, no white space, numbers and strings untouched.
 * Object ids are hashes of it, so it can never change.
 * @throws DashkeepError DK_JSON_INVALID beyond MAX_JSON_DEPTH levels.
 */
export function canonicalJson(value: Json): string {
  return write(value, true, 0);
}

/** JSON text with members in the order they came, for sending to Grafana; RawNumbers print as they were. */
export function stringifyJson(value: Json): string {
  return write(value, false, 0);
}

function write(value: Json, sorted: boolean, depth: number): string {
  if (typeof value === 'string') {
    return quote(value);
  }
  if (value === null || typeof value !== 'object') {
    return typeof value === 'number' && !Number.isFinite(value) ? 'null' : String(value);
  }
  if (value instanceof RawJson) {
    return value.text;
  }
  if (depth > MAX_JSON_DEPTH) {
    throw tooDeep();
  }
  if (depth <= AS_IT_IS_DEPTH && printsAsItIs(value, sorted, depth)) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    let text = '[';
    for (let index = 0; index < value.length; index++) {
      text += (index === 0 ? '' : ',') + write(value[index] ?? null, sorted, depth + 1);
    }
    return text + ']';
  }
  const keys = Object.keys(value);
  if (sorted) {
    keys.sort();
  }
  let text = '{';
  for (const key of keys) {
    const member = value[key];
    if (member !== undefined) {
      text += (text === '{' ? '' : ',') + quote(key) + ':' + write(member, sorted, depth + 1);
    }
  }
  return text + '}';
}

/** How far down parts are looked for that can be printed as they are; each part is walked over that often at most. */
const AS_IT_IS_DEPTH = 4;

/**
 * Whether JSON.stringify, which is several times faster, prints just what is wanted: Grafana sends the members of its
 * objects sorted, and hardly any number needs care.
 */
function printsAsItIs(value: Json, sorted: boolean, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  if (depth > MAX_JSON_DEPTH || value instanceof RawJson) {
    return false;
  }
  if (Array.isArray(value)) {
    for (const member of value) {
      if (!printsAsItIs(member, sorted, depth + 1)) {
        return false;
      }
    }
    return true;
  }
  if (sorted && !isSorted(value)) {
    return false;
  }
  for (const key in value) {
    if (!printsAsItIs(value[key] as Json, sorted, depth + 1)) {
      return false;
    }
  }
  return true;
}

function isSorted(object: JsonObject): boolean {
  let before = '';
  for (const key in object) {
    if (key < before) {
      return false;
    }
    before = key;
  }
  return true;
}

/** Nothing that JSON escapes, and nothing beyond ASCII either, where half a character would have to be escaped. */
const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;

/** What JSON.stringify makes of a string; most need only their quotes, and that is much faster. */
function quote(text: string): string {
  return NEEDS_NO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A member as a string, or undefined; for reading the few fields of foreign JSON that are used. */
export function stringAt(object: Json | undefined, ...path: string[]): string | undefined {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : undefined;
}

/** A member as a number, or undefined. */
export function numberAt(object: Json | undefined, ...path: string[]): number | undefined {
  const value = at(object, ...path);
  if (value instanceof RawNumber) {
    return Number(value.text);
  }
  return typeof value === 'number' ? value : undefined;
}

/** A member as an object, or undefined. */
export function objectAt(object: Json | undefined, ...path: string[]): JsonObject | undefined {
  const value = at(object, ...path);
  return isJsonObject(value) ? value : undefined;
}

/** A member as an array, or undefined. */
export function arrayAt(object: Json | undefined, ...path: string[]): Json[] | undefined {
  const value = at(object, ...path);
  return Array.isArray(value) ? value : undefined;
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  let current = value;
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) {
      return undefined;
    }
    current = current[key];
  }
  return current;
}
