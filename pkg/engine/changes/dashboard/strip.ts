import { isJsonObject, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { same } from '../leaves.ts';

/** Members that are on when they are absent, so that `false` says something. */
const ON_BY_DEFAULT = new Set([
  'allowCustomValue',
  'editable',
  'enable',
  'enabled',
  'showLegend',
  'showHeader',
  'showUnfilled',
  'showThresholdMarkers',
  'wideLayout',
  'range',
]);

/** The object without members that mean the same as absent ones: empty ones, and what is off or on by default. */
export function stripped(object: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    const member = strippedValue(value);
    if (!isDefault(key, member)) {
      set(result, key, member);
    }
  }
  return result;
}

/**
 * The same for what has known defaults: what equals its default goes, and what differs from it stays, even when empty.
 */
export function withoutDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    const usual = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (usual === undefined) {
      const member = strippedValue(value);
      if (!isDefault(key, member)) {
        set(result, key, member);
      }
    } else if (isJsonObject(usual) && isJsonObject(value)) {
      const member = withoutDefaults(value, usual);
      if (Object.keys(member).length > 0) {
        set(result, key, member);
      }
    } else if (value !== null && !same(value, usual)) {
      set(result, key, strippedValue(value));
    }
  }
  return result;
}

function strippedValue(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(strippedValue);
  }
  return isJsonObject(value) ? stripped(value) : value;
}

function isDefault(key: string, value: Json): boolean {
  if (value === null || value === '') {
    return true;
  }
  if (typeof value === 'boolean') {
    return value === ON_BY_DEFAULT.has(key);
  }
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

/** A plain assignment to `__proto__` would set the prototype and lose the member; to all others it is much faster. */
function set(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}
