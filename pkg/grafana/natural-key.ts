import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../lib/json/json.ts';

/** Hex digits of a key: 128 bits, no two different things meet. */
const KEY_LENGTH = 32;

/**
 * The uid of something that Grafana gives a new id at each creation: a hash of what makes it that thing, so that it is
 * found again in the same or another Grafana and restoring twice never makes two.
 */
export function naturalKey(identity: Json): string {
  return createHash('sha256').update(canonicalJson(identity)).digest('hex').slice(0, KEY_LENGTH);
}

/** Numbers equal keys in the order they come: `key`, `key-2`, `key-3`. */
export class Occurrences {
  readonly #counts = new Map<string, number>();

  next(key: string): string {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count === 1 ? key : `${key}-${count}`;
  }
}

/** An object without members that say nothing: null, empty text, empty object or list. */
export function withoutEmpty(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: Json): boolean {
  if (value === null || value === '') {
    return true;
  }
  return typeof value === 'object' && Object.keys(value).length === 0;
}
