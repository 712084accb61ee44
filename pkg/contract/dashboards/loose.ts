/** JSON from a backup: nothing of its form is promised. */
export type Loose = Record<string, unknown>;

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else one without members. */
export function asObject(value: unknown): Loose {
  return isObject(value) ? value : {};
}

/** The objects of a list. */
export function asObjects(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value if it is a text, else ''. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value if it is a number. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
