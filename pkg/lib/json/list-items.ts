import { parseJson, type Json, type JsonObject } from './json.ts';
import {
  afterBrackets,
  afterSpace,
  CLOSE_ARRAY,
  COMMA,
  NEEDS_PARSER,
  OPEN_ARRAY,
  OPEN_OBJECT,
  unlessParserIsNeeded,
} from './scan.ts';

/**
 * Parses a list item by item and keeps only these members of each: a page of 5 000 hits takes several times its text
 * when it is parsed as a whole. What is no list of objects comes whole.
 * @throws DashkeepError DK_JSON_INVALID when it is not JSON.
 */
export function parseItems(bytes: Buffer, members: readonly string[]): Json {
  return unlessParserIsNeeded(() => itemsOf(bytes, members)) ?? parseJson(bytes.toString('utf8'));
}

function itemsOf(bytes: Buffer, members: readonly string[]): JsonObject[] {
  const items: JsonObject[] = [];
  let at = afterByte(bytes, 0, OPEN_ARRAY);
  while (bytes[afterSpace(bytes, at)] !== CLOSE_ARRAY) {
    const begin = items.length === 0 ? at : afterByte(bytes, at, COMMA);
    at = afterBrackets(bytes, afterByte(bytes, begin, OPEN_OBJECT) - 1);
    items.push(only(parseJson(bytes.toString('utf8', begin, at)) as JsonObject, members));
  }
  if (afterSpace(bytes, afterByte(bytes, at, CLOSE_ARRAY)) < bytes.length) {
    throw NEEDS_PARSER;
  }
  return items;
}

/** Offset after this byte, which may have white space before it. @throws NeedsParser when another one is there. */
function afterByte(bytes: Buffer, at: number, byte: number): number {
  const found = afterSpace(bytes, at);
  if (bytes[found] !== byte) {
    throw NEEDS_PARSER;
  }
  return found + 1;
}

function only(object: JsonObject, members: readonly string[]): JsonObject {
  const kept: JsonObject = {};
  for (const name of members) {
    const value = object[name];
    if (value !== undefined) {
      kept[name] = value;
    }
  }
  return kept;
}
