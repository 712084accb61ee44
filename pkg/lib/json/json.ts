import { isJsonObject, RawNumber, type Json, type JsonObject } from './value.ts';

export { parseJson } from './parse.ts';
export { canonicalJson, stringifyJson } from './print.ts';
export {
  isJsonObject,
  JsonTooDeep,
  MAX_JSON_DEPTH,
  RawJson,
  RawNumber,
  RawText,
  type Json,
  type JsonObject,
} from './value.ts';

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

/** The object without the named members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
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
