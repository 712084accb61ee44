import { isJsonObject, type Json, type JsonObject } from './value.ts';

/** The value with each of its texts replaced, and each name of a member where that is asked for. */
export function mapTexts(value: Json, replace: (text: string) => string, renameMember = (name: string) => name): Json {
  return mapLeaves(value, (leaf) => (typeof leaf === 'string' ? replace(leaf) : leaf), renameMember) as Json;
}

/** The value with everything replaced that is neither a list nor an object. */
export function mapLeaves(
  value: Json,
  replace: (leaf: Json) => unknown,
  renameMember = (name: string) => name,
): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => mapLeaves(item, replace, renameMember));
  }
  return isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, member]) => [renameMember(name), mapLeaves(member, replace, renameMember)]),
      )
    : replace(value);
}

/**
 * The value with some members replaced, at any depth.
 * @param replace - answers undefined for a member that is looked into
 */
export function mapMembers(
  value: Json,
  replace: (name: string, member: Json, owner: JsonObject) => Json | undefined,
): Json {
  if (Array.isArray(value)) {
    return value.map((item) => mapMembers(item, replace));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const result: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const changed = replace(name, member, value) ?? mapMembers(member, replace);
    if (name === '__proto__') {
      // A plain assignment would set the prototype and lose the member.
      Object.defineProperty(result, name, { value: changed, enumerable: true, configurable: true, writable: true });
    } else {
      // Much faster than defining it, and a restore does this for every member.
      result[name] = changed;
    }
  }
  return result;
}
