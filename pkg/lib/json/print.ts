import { JsonTooDeep, MAX_JSON_DEPTH, RawJson, type Json, type JsonObject } from './value.ts';

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
    throw new JsonTooDeep();
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
