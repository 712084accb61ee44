import { isJsonObject, without, type Json, type JsonObject } from '../../../../lib/json/json.ts';

/** What Grafana shows instead of a secret (ngalert definitions RedactedValue); the second is the mask of other APIs. */
const MASKS = new Set(['[REDACTED]', '*********']);

/**
 * Represents a stored secret in an update: Grafana puts the stored value in its place (contactpoints.go
 * UpdateContactPoint).
 */
export const KEEP_STORED = '[REDACTED]';

/** Paths, joined by dots as Grafana writes them, of the settings that are masked. */
export function maskedFields(settings: JsonObject, above = ''): string[] {
  return Object.entries(settings)
    .flatMap(([name, value]) => {
      const path = above === '' ? name : `${above}.${name}`;
      if (isJsonObject(value)) {
        return maskedFields(value, path);
      }
      return typeof value === 'string' && MASKS.has(value) ? [path] : [];
    })
    .sort();
}

/** The object on the way to a path; a name may itself hold dots, so the longest that fits is tried first. */
function innerAt(settings: JsonObject, path: string): { name: string; inner: JsonObject; rest: string } | undefined {
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const name = path.slice(0, dot);
    const inner = settings[name];
    if (isJsonObject(inner)) {
      return { name, inner, rest: path.slice(dot + 1) };
    }
  }
  return undefined;
}

/** A setting by its path; undefined when absent. */
export function fieldAt(settings: JsonObject, path: string): Json | undefined {
  if (Object.hasOwn(settings, path)) {
    return settings[path];
  }
  const found = innerAt(settings, path);
  return found && fieldAt(found.inner, found.rest);
}

/** The settings without one; objects left empty stay, as they were there before. */
export function withoutField(settings: JsonObject, path: string): JsonObject {
  if (Object.hasOwn(settings, path)) {
    return without(settings, path);
  }
  const found = innerAt(settings, path);
  return found === undefined ? settings : { ...settings, [found.name]: withoutField(found.inner, found.rest) };
}

/** The settings with one set; objects on the way are those that are there, or made from the dots. */
export function withField(settings: JsonObject, path: string, value: Json): JsonObject {
  if (Object.hasOwn(settings, path)) {
    return { ...settings, [path]: value };
  }
  const found = innerAt(settings, path);
  if (found !== undefined) {
    return { ...settings, [found.name]: withField(found.inner, found.rest, value) };
  }
  const dot = path.indexOf('.');
  return dot < 0
    ? { ...settings, [path]: value }
    : { ...settings, [path.slice(0, dot)]: withField({}, path.slice(dot + 1), value) };
}
